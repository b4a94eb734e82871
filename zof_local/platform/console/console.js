// Reads the page's changing part again until it will not change any more; what is opened, scrolled or focused stays so.
const content = document.getElementById("content");
const whole = location.pathname.startsWith("/runs/") ? 700 : 1500;

function span(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

function tick() {
  for (const time of content.querySelectorAll("time[data-since]")) {
    time.textContent = `${Math.max(0, (Date.now() - Date.parse(time.dataset.since)) / 1000).toFixed(0)} s`;
  }
  for (const time of content.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(time.dataset.until) - Date.now()) / 1000;
    time.title ||= time.textContent;
    time.textContent = left > 1 ? `in ${span(left)}` : "now";
  }
}

function replace(html) {
  const known = new Map([...content.querySelectorAll("details[id]")].map((part) => [part.id, part.open]));
  const scrolled = new Map([...content.querySelectorAll("details[id] pre")].map((pre) => [pre.parentElement.id, pre.scrollTop]));
  const chosen = new Map([...content.querySelectorAll("select[id]")].map((select) => [select.id, select.value]));
  const next = new DOMParser().parseFromString(html, "text/html").body;
  for (const part of next.querySelectorAll("details[id]")) {
    if (known.has(part.id)) part.open = known.get(part.id);
  }
  const active = content.contains(document.activeElement) ? document.activeElement : null;
  const focused = active?.id || active?.closest("details[id]")?.id;
  content.replaceChildren(...next.childNodes);
  for (const [id, top] of scrolled) {
    const pre = document.getElementById(id)?.querySelector("pre");
    if (pre) pre.scrollTop = top;
  }
  for (const [id, value] of chosen) {
    const select = document.getElementById(id);
    if (select) select.value = value;
  }
  const found = focused && document.getElementById(focused);
  if (found) (found.querySelector(":scope > summary") ?? found).focus({ preventScroll: true });
  tick();
}

async function follow(path) {
  let shown = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 3000 : whole));
    try {
      const answer = await fetch(path, { cache: "no-store" });
      if (answer.status === 403 || answer.status === 404) return;
      const html = await answer.text();
      // A list that is being chosen from would close.
      if (answer.ok && html !== shown && document.activeElement?.tagName !== "SELECT") {
        replace(html);
        shown = html;
      }
      if (answer.headers.get("X-Ended") === "1") return;
    } catch {
      // The platform is down for a moment; it is asked again.
    }
    tick();
  }
}

tick();
if (content.dataset.live) follow(content.dataset.live);
