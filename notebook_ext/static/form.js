// The form that starts a run, and the run's panel under it.
// Python decides what is valid: this module shows fields, sends what is typed, and shows the sentences that come back.

let serial = 0;

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A labelled text input with a place for its problem (an alert) and its hint under it. */
function field(label, attributes = {}) {
  const id = `zof-${++serial}`;
  const input = node("input", {
    id, type: "text", class: "zof-input", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attributes,
  });
  const caption = node("label", { for: id }, label);
  const head = node("div", { class: "zof-caption" }, caption);
  const name = node("span", { class: "zof-name", "aria-hidden": "true" });
  const problem = node("div", { class: "zof-problem", role: "alert", id: `${id}-problem` });
  const hint = node("div", { class: "zof-aside", id: `${id}-hint` });
  const box = node("div", { class: "zof-control" }, input, name);
  return { el: node("div", { class: "zof-field" }, head, box, problem, hint), input, caption, head, name, problem, hint, box };
}

function setProblem(part, sentence, hint) {
  if (part.problem.textContent !== (sentence || "")) part.problem.textContent = sentence || "";
  part.hint.textContent = sentence ? "" : hint || "";
  part.input.setAttribute("aria-invalid", sentence ? "true" : "false");
  part.input.setAttribute("aria-describedby", sentence ? part.problem.id : part.hint.id);
}

/**
 * Turns a field into a combobox: a list to search in, which also takes what is not in it. `find(word)` asks for entries;
 * what comes is given to `take`. In a field of `several`, each after a comma, the list is about the last one.
 */
function combobox(part, find, onPick, several) {
  const { input, box } = part;
  const list = node("ul", { role: "listbox", id: `${input.id}-list`, class: "zof-list", "aria-label": "Choices" });
  list.popover = "manual";
  box.append(list);
  let shown = [];
  let active = -1;
  let wanted = null;  // the word whose entries are shown or waited for; null while closed
  let timer = 0;
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);

  const opened = () => input.getAttribute("aria-expanded") === "true";
  const start = () => (several ? input.value.lastIndexOf(",") + 1 : 0);
  const typed = () => input.value.slice(start()).trim();
  const mark = (index) => {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `${list.id}-${index}`);
    list.children[index].scrollIntoView({ block: "nearest" });
  };
  const hide = () => {
    if (!opened()) return;
    input.setAttribute("aria-expanded", "false");
    list.hidePopover?.();
    list.classList.remove("zof-open");
    mark(-1);
  };
  const close = () => {
    clearTimeout(timer);
    wanted = null;
    hide();
  };
  const place = () => {
    const at = input.getBoundingClientRect();
    if (at.bottom < 0 || at.top > innerHeight) return close();
    Object.assign(list.style, { left: `${at.left}px`, top: `${at.bottom + 3}px`, width: `${at.width}px` });
  };
  const look = () => {
    wanted = "";
    find(wanted);
  };
  const take = ({ word, entries, more }) => {
    if (word !== wanted) return;
    shown = entries;
    list.replaceChildren(...shown.map(({ id, name }, index) => {
      const option = node("li", { role: "option", id: `${list.id}-${index}` }, node("span", {}, id));
      if (name && name !== id) option.append(node("small", {}, name));
      return option;
    }));
    if (!shown.length) return hide();
    if (more) list.append(node("li", { role: "option", "aria-disabled": "true" }, node("small", {}, `${more} more: type to search`)));
    if (!opened()) {
      input.setAttribute("aria-expanded", "true");
      list.classList.add("zof-open");
      list.showPopover?.();
    }
    place();
    mark(word ? 0 : shown.findIndex(({ id }) => id === typed()));
  };
  const pick = (index) => {
    if (!shown[index]) return;
    input.value = `${input.value.slice(0, start())}${start() ? " " : ""}${shown[index].id}`;
    close();
    onPick();
  };
  const keys = {
    ArrowDown: () => (opened() ? mark((active + 1) % shown.length) : look()),
    ArrowUp: () => (opened() ? mark((active - 1 + shown.length) % shown.length) : look()),
    Enter: () => (opened() && active >= 0 ? pick(active) : false),
    Escape: () => (wanted === null ? false : close()),
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Tab") return close();
    if (keys[event.key] && keys[event.key]() !== false) event.preventDefault();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    mark(-1);  // what the list shows does not fit any more
    wanted = typed();
    timer = setTimeout(() => find(wanted), 80);
  });
  input.addEventListener("click", () => { if (opened()) close(); else look(); });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) pick([...list.children].indexOf(option));
  });
  const follow = () => { if (opened()) place(); };
  document.addEventListener("scroll", follow, true);
  const leave = () => {
    clearTimeout(timer);
    document.removeEventListener("scroll", follow, true);
  };
  return { take, leave };
}

/** A piece of code with a button that copies it. */
function snippet(text) {
  const copy = node("button", { type: "button", class: "zof-button" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      // No clipboard here: ready for the keyboard's copy.
      getSelection().selectAllChildren(copy.previousSibling);
    }
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  return node("div", {}, node("pre", { tabindex: "0" }, text), copy);
}

function render({ model, el }) {
  const parts = {
    project: field("Project", { placeholder: "proj_…" }),
    environment: field("Environment", { placeholder: "staging" }),
    suite: field("Suite", { placeholder: "suite_…" }),
    cases: field("Test cases", { placeholder: "tc_…, tc_…" }),
    confirmation: field("Confirmation"),
  };
  const names = Object.keys(parts);
  const fields = names.slice(0, 4);
  const swap = node("button", { type: "button", class: "zof-swap" });
  const start = node("button", { type: "submit", class: "zof-button zof-primary" }, "Start run");
  const notice = node("div", { class: "zof-form-notice", role: "alert" });
  const grid = node("div", { class: "zof-grid" }, ...fields.map((name) => parts[name].el));
  const code = node("details", { class: "zof-code" }, node("summary", {}, "Show code"));
  const form = node("form", { class: "zof-form", "aria-label": "Start a run", novalidate: true },
    node("div", { class: "zof-row" }, grid, start), parts.confirmation.el, notice, code);
  const host = node("div");
  root(el).append(form, host);

  const touched = new Set();
  let byCases = (model.get("value").cases || []).length > 0;
  let awaiting = false;
  let asked = -1;
  let attempted = false;
  let timer = 0;

  const read = () => ({
    project: parts.project.input.value.trim(),
    environment: parts.environment.input.value.trim(),
    suite: byCases ? "" : parts.suite.input.value.trim(),
    cases: byCases ? parts.cases.input.value.split(/[\s,]+/).filter(Boolean) : [],
  });
  const send = () => {
    clearTimeout(timer);
    timer = 0;
    model.set("value", read());
    model.save_changes();
  };
  const edited = () => {
    showNames();
    clearTimeout(timer);
    timer = setTimeout(send, 120);
  };
  const showNames = () => {
    const known = model.get("state").names || {};
    for (const name of fields) parts[name].name.textContent = known[parts[name].input.value.trim()] || "";
  };
  const showMode = () => {
    parts.suite.el.hidden = byCases;
    parts.cases.el.hidden = !byCases;
    swap.textContent = byCases ? "Use a whole suite" : "Use single cases";
    const { head } = parts[byCases ? "cases" : "suite"];
    if (swap.parentNode !== head) head.append(swap);  // what is moved while it is pressed is not clicked
  };
  const showValue = () => {
    if (timer) return;
    const value = model.get("value");
    const texts = { ...value, cases: (value.cases || []).join(", ") };
    if (texts.cases || texts.suite) byCases = Boolean(texts.cases);
    for (const name of fields) {
      const { input } = parts[name];
      if (input.value.trim() !== (texts[name] || "") && !(name === "cases" && input === input.getRootNode().activeElement)) {
        if (!(name === "suite" && byCases)) input.value = texts[name] || "";
      }
    }
    showMode();
    showNames();
  };
  const showState = () => {
    const { phase, answers, problems = {}, hints = {}, notice: text, confirm } = model.get("state");
    const answered = awaiting && phase !== "starting" && answers !== asked;
    if (phase !== "ready" || answered) awaiting = false;
    const busy = phase !== "ready" || awaiting;
    for (const name of names) {
      parts[name].input.disabled = busy;
      setProblem(parts[name], attempted || touched.has(name) ? problems[name] : "", hints[name]);
    }
    swap.disabled = busy;
    start.disabled = busy;
    start.textContent = phase === "starting" || awaiting ? "Starting …" : "Start run";
    parts.confirmation.el.hidden = !confirm;
    parts.confirmation.caption.textContent = `Type "${confirm}" to confirm`;
    showNames();
    showCode();
    if (notice.textContent !== (text || "")) notice.textContent = text || "";
    if (answered && phase === "ready") parts[names.find((name) => problems[name])]?.input.focus();
  };

  const showCode = () => {
    const texts = model.get("state").code || [];
    if (code.dataset.text === texts.join("\n")) return;
    code.dataset.text = texts.join("\n");
    code.hidden = !texts.length;
    code.replaceChildren(code.firstChild, ...texts.map(snippet));
  };

  swap.addEventListener("click", () => {
    byCases = !byCases;
    showMode();
    send();
    parts[byCases ? "cases" : "suite"].input.focus();
  });
  for (const name of names) {
    parts[name].input.addEventListener("input", name === "confirmation" ? () => setProblem(parts.confirmation, "") : edited);
    parts[name].input.addEventListener("blur", () => {
      if (timer) send();
      if (parts[name].input.value) touched.add(name);
      showState();
    });
  }
  const lists = Object.fromEntries(fields.map((field) => {
    const find = (word) => model.send({ op: "offer", field, word, value: read() });
    return [field, combobox(parts[field], find, edited, field === "cases")];
  }));
  const heard = (message) => { if (message && message.op === "offers") lists[message.field]?.take(message); };
  enterSubmits(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (awaiting || start.disabled) return;
    clearTimeout(timer);
    timer = 0;
    attempted = awaiting = true;
    asked = model.get("state").answers;
    start.disabled = true;
    start.textContent = "Starting …";
    ask(model, form, { op: "start", value: read(), confirmation: parts.confirmation.input.value });
  });

  showValue();
  showState();
  model.on("change:value", showValue);
  model.on("msg:custom", heard);
  model.on("change:state", showState);
  const unmount = mountRun(model, host);
  const leave = announce(model, el);
  return () => {
    for (const { leave: end } of Object.values(lists)) end();
    model.off("change:value", showValue);
    model.off("msg:custom", heard);
    model.off("change:state", showState);
    unmount();
    leave();
  };
}

export default { render };
