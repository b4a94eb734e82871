// A grid of any length: only the rows in sight are in the page, and only those that are asked for come from the kernel.
// One stop for the tab key: the grid has the focus, and says which of its cells is the active one.

const ROW = 28;
const HEAD = 30;
const SPARE = 12;
const BLOCK = 60;
const CACHED = 2000;
const LEAST = 3;
const MOST = 13;
let grids = 0;

/** Mounts a grid for the model's `state` into `host`; `act(message)` tells the kernel. Returns {show, take, focus, stop}. */
function mountGrid(model, host, label, act) {
  const id = `zof-grid-${++grids}`;
  const head = made("div", { role: "row", class: "zof-tr zof-heads", "aria-rowindex": "1" });
  const space = made("div", { role: "rowgroup", class: "zof-space" });
  const nothing = made("div", { class: "zof-nothing" });
  const box = made("div", { role: "grid", tabindex: "0", class: "zof-sheet", "aria-label": label }, head, space, nothing);
  host.append(box);
  let state = {};
  // Place → [number of the row, ...cells]; and the places whose row may have changed since.
  let cache = new Map();
  let stale = new Set();
  // Place → {row, el}; and when the rows that are on their way were asked for.
  let drawn = new Map();
  let asked = 0;
  let active = { row: 0, column: 0 };
  let due = 0;
  let timer = 0;

  const picks = () => Boolean(state.picks);
  const columnsShown = () => state.columns.length + (picks() ? 1 : 0);
  const cellId = (row, column) => `${id}-${row}-${column}`;

  const stateOf = (status) => {
    const known = state.legend[status] || { word: status, tone: "neutral", icon: "" };
    const mark = made("span", { class: `zof-mark zof-${known.tone}`, title: known.word });
    // Ours, from icons.py.
    mark.innerHTML = known.icon;
    return [mark, known.word];
  };
  const cellOf = (column, value) => {
    if (column.kind === "status") {
      const [mark, word] = stateOf(value);
      return made("div", { class: "zof-td" }, ...(value ? [mark, made("span", { dir: "auto" }, word)] : []));
    }
    if (column.kind === "outcomes") {
      const marks = value.map(stateOf);
      const said = marks.map(([, word]) => word.toLowerCase()).join(", ");
      return made("div", { class: "zof-td zof-marks", "aria-label": said, title: said }, ...marks.map(([mark]) => mark));
    }
    const kind = /number|duration/.test(column.kind) ? " zof-end" : column.kind === "code" ? " zof-id" : "";
    const text = made("span", { dir: "auto", class: column.link ? "zof-link" : "" }, value);
    return made("div", { class: `zof-td${kind}`, title: value }, text);
  };
  const rowOf = (place, row) => {
    const el = made("div", { role: "row", class: "zof-tr", "aria-rowindex": place + 2 });
    el.style.top = `${place * ROW}px`;
    el.dataset.place = place;
    const cells = row ? state.columns.map((column, at) => cellOf(column, row[at + 1])) : state.columns.map(() => made("div", { class: "zof-td zof-wait" }, "…"));
    if (picks()) cells.unshift(made("div", { class: "zof-td zof-pick" }, made("i", { "aria-hidden": "true" })));
    cells.forEach((cell, at) => {
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-colindex", at + 1);
      cell.id = cellId(place, at);
    });
    el.append(...cells);
    return el;
  };
  const drawHead = () => {
    const [by, descending] = state.sort;
    const cells = state.columns.map((column, at) => {
      const sorted = by === at;
      const cell = made("div", {
        role: "columnheader", class: `zof-td${/number|duration/.test(column.kind) ? " zof-end" : ""}`, title: `Sort by ${column.title}`,
        "aria-sort": sorted ? (descending ? "descending" : "ascending") : "none",
      }, made("span", {}, column.title), made("span", { class: "zof-arrow", "aria-hidden": "true" }, sorted ? (descending ? "▼" : "▲") : ""));
      cell.dataset.column = at;
      return cell;
    });
    if (picks()) cells.unshift(made("div", { role: "columnheader", class: "zof-td", "aria-label": "Picked" }));
    cells.forEach((cell, at) => { cell.id = cellId(-1, at); cell.setAttribute("aria-colindex", at + 1); });
    head.replaceChildren(...cells);
    const widths = state.columns.map((one) => (one.grow ? `minmax(${one.width}px, ${one.grow}fr)` : `${one.width}px`));
    box.style.setProperty("--zof-columns", `${picks() ? "30px " : ""}${widths.join(" ")}`);
    const least = state.columns.reduce((sum, one) => sum + one.width, picks() ? 30 : 0);
    box.style.setProperty("--zof-least", `${least}px`);
  };
  const sight = () => [
    Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE),
    Math.min(state.count, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SPARE),
  ];
  const draw = () => {
    due = 0;
    const [from, to] = sight();
    const next = new Map();
    for (let place = from; place < to; place += 1) {
      const row = cache.get(place);
      const had = drawn.get(place);
      next.set(place, had && had.row === row ? had : { row, el: rowOf(place, row) });
    }
    for (const [place, { row, el }] of next) {
      if (picks()) el.setAttribute("aria-selected", String(Boolean(row) && state.picked.includes(row[0])));
      el.classList.toggle("zof-current", place === active.row);
    }
    drawn = next;
    space.replaceChildren(...[...next.values()].map(({ el }) => el));
    mark();
    lack(from, to);
  };
  const mark = () => {
    for (const el of box.querySelectorAll(".zof-active")) el.classList.remove("zof-active");
    const cell = document.getElementById(cellId(active.row, active.column));
    if (!cell) return box.removeAttribute("aria-activedescendant");
    cell.classList.add("zof-active");
    box.setAttribute("aria-activedescendant", cell.id);
  };
  /** Asks for what is lacking of these places; one question at a time, whose answer looks again. */
  const lack = (from, to) => {
    let first = from;
    while (first < to && cache.has(first) && !stale.has(first)) first += 1;
    if (first >= to || performance.now() - asked < 2000) return;
    asked = performance.now();
    clearTimeout(timer);
    timer = setTimeout(redraw, 2100);
    model.send({ op: "rows", version: state.version, first, count: Math.max(BLOCK, to - first) });
  };
  const redraw = () => { due ||= requestAnimationFrame(draw); };
  const put = (first, rows) => rows.forEach((row, at) => { cache.set(first + at, row); stale.delete(first + at); });
  const take = ({ version, first, rows }) => {
    asked = 0;
    if (version === state.version) put(first, rows);
    if (cache.size > CACHED) {
      const middle = box.scrollTop / ROW;
      for (const place of [...cache.keys()]) if (Math.abs(place - middle) > CACHED / 4) { cache.delete(place); stale.delete(place); }
    }
    // Now and not in the next frame: this one shows what has come.
    cancelAnimationFrame(due);
    draw();
  };
  const show = () => {
    const before = state;
    state = model.get("state");
    if (!state.columns) return;
    if (state.version !== before.version) {
      asked = 0;
      if (state.turn !== before.turn) {
        cache = new Map();
        drawn = new Map();
        active = { row: Math.min(active.row, 0), column: Math.min(active.column, columnsShown() - 1) };
        box.scrollTop = 0;
      }
      stale = new Set(cache.keys());
      put(0, state.rows);
    }
    active.row = Math.min(active.row, Math.max(0, state.count - 1));
    box.setAttribute("aria-rowcount", state.count + 1);
    box.setAttribute("aria-colcount", columnsShown());
    if (picks()) box.setAttribute("aria-multiselectable", "true"); else box.removeAttribute("aria-multiselectable");
    box.setAttribute("aria-busy", String(Boolean(state.busy)));
    space.style.height = `${state.count * ROW}px`;
    box.style.height = `${HEAD + 6 + Math.min(MOST, Math.max(LEAST, state.count)) * ROW}px`;
    nothing.textContent = state.count ? "" : state.busy || state.empty;
    nothing.hidden = Boolean(state.count);
    drawHead();
    redraw();
  };

  const go = (row, column = active.column) => {
    active = { row: Math.max(-1, Math.min(state.count - 1, row)), column: Math.max(0, Math.min(columnsShown() - 1, column)) };
    const room = box.clientHeight - HEAD;
    const top = active.row * ROW;
    if (active.row >= 0 && top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW > box.scrollTop + room) box.scrollTop = top + ROW - room;
    const over = head.children[active.column];
    if (over.offsetLeft < box.scrollLeft) box.scrollLeft = over.offsetLeft;
    else if (over.offsetLeft + over.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = over.offsetLeft + over.offsetWidth - box.clientWidth;
    draw();
  };
  const sortBy = (column) => {
    if (column < 0 || column >= state.columns.length) return;
    const [by, descending] = state.sort;
    act({ op: "sort", column, descending: by === column && !descending });
  };
  const numberAt = (place) => { const row = cache.get(place); return row ? row[0] : -1; };
  const open = (place) => { if (numberAt(place) >= 0) act({ op: "open", row: numberAt(place) }); };
  const pick = (place) => { if (picks() && numberAt(place) >= 0) act({ op: "pick", row: numberAt(place) }); };
  const onKey = (event) => {
    if (event.altKey || event.metaKey || !state.columns) return;
    const page = Math.max(1, Math.floor((box.clientHeight - HEAD) / ROW) - 1);
    const deeds = {
      ArrowDown: () => go(active.row + 1), ArrowUp: () => go(active.row - 1),
      ArrowRight: () => go(active.row, active.column + 1), ArrowLeft: () => go(active.row, active.column - 1),
      PageDown: () => go(Math.max(active.row, 0) + page), PageUp: () => go(Math.max(active.row - page, 0)),
      Home: () => go(0), End: () => go(state.count - 1),
      Enter: () => (active.row < 0 ? sortBy(active.column - (picks() ? 1 : 0)) : open(active.row)),
      " ": () => (active.row < 0 ? sortBy(active.column - (picks() ? 1 : 0)) : picks() ? pick(active.row) : open(active.row)),
    };
    if (!deeds[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[event.key]();
  };
  const onClick = (event) => {
    const heading = event.target.closest("[data-column]");
    if (heading) return sortBy(Number(heading.dataset.column));
    const row = event.target.closest("[data-place]");
    if (!row) return;
    const place = Number(row.dataset.place);
    const cell = event.target.closest("[role=gridcell]");
    go(place, cell ? [...row.children].indexOf(cell) : 0);
    if (event.target.closest(".zof-pick")) pick(place);
    else if (event.target.closest(".zof-link")) open(place);
  };
  const onDouble = (event) => {
    const row = event.target.closest("[data-place]");
    if (row && !event.target.closest(".zof-pick, .zof-link")) open(Number(row.dataset.place));
  };
  const observer = new ResizeObserver(redraw);
  observer.observe(box);
  // Asked for before anything is drawn: the answer is on its way meanwhile.
  const onScroll = () => { lack(...sight()); redraw(); };
  box.addEventListener("scroll", onScroll, { passive: true });
  box.addEventListener("keydown", onKey);
  box.addEventListener("click", onClick);
  box.addEventListener("dblclick", onDouble);
  return {
    show, take, focus: () => box.focus(),
    stop: () => { observer.disconnect(); cancelAnimationFrame(due); clearTimeout(timer); },
  };
}
