// Times as people read them: absolute on demand, relative while fresh.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dates = {
  date: new Intl.DateTimeFormat(undefined, { dateStyle: "long" }),
  date_short: new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }),
  date_long: new Intl.DateTimeFormat(undefined, { dateStyle: "full" }),
  date_num: new Intl.DateTimeFormat("sv-SE"),
};

export const clockTime = (epoch) => clock.format(epoch * 1000);
export const fullTime = (epoch) => full.format(epoch * 1000);

export function ago(epoch, now = Date.now() / 1000) {
  const age = Math.max(0, now - epoch);
  if (age < 10) return "just now";
  if (age < 60) return `${Math.floor(age / 10) * 10} s ago`;
  if (age < 3600) return `${Math.floor(age / 60)} min ago`;
  if (age < 86400) return `${Math.floor(age / 3600)} h ago`;
  return `${Math.floor(age / 86400)} d ago`;
}

export const dayKey = (epoch) => new Date(epoch * 1000).toDateString();

export function dayName(epoch) {
  const today = new Date();
  const day = new Date(epoch * 1000);
  if (day.toDateString() === today.toDateString()) return "Today";
  today.setDate(today.getDate() - 1);
  return day.toDateString() === today.toDateString() ? "Yesterday" : long.format(day);
}

// Slack's date tokens: <!date^epoch^{date_short} at {time}|fallback>
export function dateText(epoch, format, label) {
  const date = new Date(epoch * 1000);
  if (Number.isNaN(date.getTime())) return label;
  const near = dayName(epoch);
  return format.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === "time") return clock.format(date);
    if (name === "time_secs") return seconds.format(date);
    if (name === "ago") return ago(epoch);
    if (name.endsWith("_pretty") && (near === "Today" || near === "Yesterday")) return near.toLowerCase();
    const plain = dates[name.replace("_pretty", "")];
    return plain ? plain.format(date) : token;
  });
}
