// The log of a run: up to 20,000 lines, of which only those in sight are in the page.

const ROW = 18;
const KEPT = 20000;
const SPARE = 20;

export default {
  render({ model, el }) {
    let rows = [];      // what is kept: [time, level, message]
    let first = 0;      // the number of rows[0] in the whole log
    let shown = null;   // indexes of rows that fit the search; null for all
    let paused = 0;     // how many lines there were when the reader paused; 0 while not paused
    let follow = true;

    const title = made("strong", { class: "zof-title" }, "Log");
    const id = made("code", {});
    const count = made("span", { class: "zof-where", role: "status" });
    const search = made("input", { type: "search", class: "zof-search", placeholder: "Search", "aria-label": "Search the log" });
    const pause = made("button", { type: "button", class: "zof-button", "aria-pressed": "false" }, "Pause");
    const save = made("button", { type: "button", class: "zof-button" }, "Download");
    const head = made("div", { class: "zof-head" }, title, id, count, made("span", { class: "zof-gap" }), search, pause, save);
    const notice = made("div", { class: "zof-notice zof-warning", role: "alert" });
    const space = made("div", { class: "zof-space" });
    const box = made("div", { class: "zof-lines", role: "log", tabindex: "0", "aria-label": "Lines" }, space);
    root(el).append(made("section", { class: "zof-run zof-neutral" }, head, notice, box));

    const visible = () => (paused ? Math.max(0, paused - first) : rows.length);
    const draw = () => {
      const end = visible();
      const list = shown ? shown.filter((at) => at < end) : null;
      const number = list ? list.length : end;
      space.style.height = `${number * ROW}px`;
      if (follow && !paused) box.scrollTop = box.scrollHeight;
      const from = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
      const to = Math.min(number, from + Math.ceil(box.clientHeight / ROW) + 2 * SPARE);
      const drawn = [];
      for (let place = from; place < to; place += 1) {
        const at = list ? list[place] : place;
        const [time, level, message] = rows[at];
        const line = made("div", { class: `zof-row-of zof-level-${/^(ERROR|CRITICAL|FATAL)$/.test(level) ? "bad" : level.startsWith("WARN") ? "warning" : "plain"}` },
          made("span", { class: "zof-at" }, time), made("span", { class: "zof-level" }, level), made("span", {}, message));
        line.style.top = `${place * ROW}px`;
        drawn.push(line);
      }
      space.replaceChildren(...drawn);
      const { total = 0, word = "" } = model.get("state");
      const found = shown ? `${number.toLocaleString("en")} of ` : "";
      const fresh = paused ? ` · paused, ${(first + rows.length - paused).toLocaleString("en")} more since` : "";
      const text = `${found}${total.toLocaleString("en")} lines · ${word}${fresh}`;
      if (count.textContent !== text) count.textContent = text;
    };
    let due = 0;
    const redraw = () => { due ||= requestAnimationFrame(() => { due = 0; draw(); }); };
    const fits = (row, word) => row[2].toLowerCase().includes(word) || row[1].toLowerCase() === word;
    const filter = () => {
      const word = search.value.trim().toLowerCase();
      shown = word ? rows.flatMap((row, at) => (fits(row, word) ? [at] : [])) : null;
      redraw();
    };
    const take = ({ at, rows: fresh }) => {
      const next = first + rows.length;
      if (at > next) {
        if (rows.length) return model.send({ op: "more", from: next });  // one was lost on the way
        first = at;
      }
      const wanted = fresh.slice(Math.max(0, next - at));
      for (const row of wanted) rows.push(row);
      if (rows.length > KEPT) {
        first += rows.length - KEPT;
        rows = rows.slice(-KEPT);
      }
      if (search.value) filter(); else redraw();
    };
    const onMessage = (message) => { if (message && message.op === "lines") take(message); };
    const showState = () => {
      const { run = "", notice: text = "" } = model.get("state");
      id.textContent = run;
      notice.hidden = !text;
      if (notice.textContent !== text) notice.textContent = text;
      redraw();
    };

    box.addEventListener("scroll", () => {
      follow = box.scrollTop + box.clientHeight >= box.scrollHeight - ROW;
      redraw();
    });
    search.addEventListener("input", filter);
    pause.addEventListener("click", () => {
      paused = paused ? 0 : first + rows.length;
      if (!paused) follow = true;
      pause.textContent = paused ? "Follow" : "Pause";
      pause.setAttribute("aria-pressed", String(Boolean(paused)));
      redraw();
    });
    save.addEventListener("click", () => {
      const text = rows.map((row) => row.filter(Boolean).join("  ")).join("\n");
      saveFile({ name: `${model.get("state").run}.log`, type: "text/plain" }, text);
    });
    model.on("change:state", showState);
    model.on("msg:custom", onMessage);
    const leave = announce(model, el);
    model.send({ op: "more", from: 0 });
    showState();
    return () => {
      cancelAnimationFrame(due);
      model.off("change:state", showState);
      model.off("msg:custom", onMessage);
      leave();
    };
  },
};
