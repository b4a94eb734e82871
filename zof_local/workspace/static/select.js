// A select that searches: a combobox with a list below it (WAI-ARIA combobox pattern).

import { h, replace, uid } from "./dom.js";
import { icon } from "./icons.js";

// options: [{value, label, hint?, group?}] or load(query) → Promise of them.
export function combobox({ label, placeholder, options, load, selected, many = false, onChange }) {
  const listId = uid("list");
  let offered = options ?? [];
  let chosen = [...selected];
  let shown = [];
  let active = -1;
  let request = 0;

  const input = h("input", {
    class: "combo-input", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": listId,
    "aria-autocomplete": "list", "aria-label": label, placeholder, autocomplete: "off", spellcheck: "false",
    onInput: () => open(input.value), onClick: () => open(""), onKeydown: onKey, onBlur: () => setTimeout(close, 120),
  });
  // A popover stands above dialogs and is not cut off by what scrolls.
  const list = h("ul", { class: "combo-list", role: "listbox", id: listId, popover: "manual", "aria-label": label });
  const chips = h("span", { class: "combo-chips" });
  const box = h("div", { class: "combo" }, chips, input, h("span", { class: "combo-arrow" }, icon("chevron")), list);

  const isOpen = () => list.matches(":popover-open");

  async function open(query) {
    const turn = ++request;
    if (load) {
      replace(list, h("li", { class: "combo-note" }, "Searching…"));
      show();
      offered = await load(query);
      if (turn !== request) return;
    }
    const words = query.toLowerCase().trim();
    shown = load ? offered : offered.filter((o) => `${o.label} ${o.hint ?? ""} ${o.value}`.toLowerCase().includes(words));
    active = shown.findIndex((o) => chosen.includes(o.value));
    if (active < 0 && shown.length) active = 0;
    draw();
    show();
  }

  function show() {
    if (!isOpen()) list.showPopover();
    const at = input.getBoundingClientRect();
    const below = window.innerHeight - at.bottom - 12;
    const up = below < 180 && at.top > below;
    const room = Math.min(264, up ? at.top - 12 : below);
    Object.assign(list.style, {
      left: `${at.left}px`, width: `${Math.max(at.width, 220)}px`, maxHeight: `${room}px`,
      top: up ? "auto" : `${at.bottom + 4}px`, bottom: up ? `${window.innerHeight - at.top + 4}px` : "auto",
    });
    input.setAttribute("aria-expanded", "true");
  }

  function draw() {
    let group = null;
    const rows = shown.flatMap((option, index) => {
      const row = h(
        "li",
        {
          class: "combo-option", role: "option", id: `${listId}-${index}`, "aria-selected": String(chosen.includes(option.value)),
          data: { active: index === active }, onMousedown: (event) => { event.preventDefault(); pick(option); },
        },
        h("span", { class: "combo-label" }, option.label),
        option.hint && h("span", { class: "combo-hint" }, option.hint),
      );
      const head = option.group && option.group !== group ? [h("li", { class: "combo-group", role: "presentation" }, option.group)] : [];
      group = option.group;
      return [...head, row];
    });
    replace(list, rows.length ? rows : h("li", { class: "combo-note" }, "Nothing found"));
    const current = list.querySelector('[data-active="true"]');
    if (current) {
      input.setAttribute("aria-activedescendant", current.id);
      current.scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    request++;
    if (isOpen()) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    showChosen();
  }

  function pick(option) {
    if (!many) chosen = [option.value];
    else chosen = chosen.includes(option.value) ? chosen.filter((v) => v !== option.value) : [...chosen, option.value];
    known.set(option.value, option);
    close();
    onChange(many ? [...chosen] : option.value, option);
  }

  const known = new Map(offered.map((option) => [option.value, option]));
  const labelOf = (value) => known.get(value)?.label ?? value;

  function showChosen() {
    if (!many) {
      input.value = chosen.length ? labelOf(chosen[0]) : "";
      return;
    }
    input.value = "";
    replace(chips, chosen.map((value) =>
      h("button", { type: "button", class: "chip", "aria-label": `Remove ${labelOf(value)}`, onClick: () => { chosen = chosen.filter((v) => v !== value); showChosen(); onChange([...chosen]); } },
        labelOf(value), h("span", { "aria-hidden": "true" }, "×"))));
  }

  function onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen()) return void open("");
      active = shown.length ? (active + step + shown.length) % shown.length : -1;
      draw();
    } else if (event.key === "Enter" && isOpen() && shown[active]) {
      event.preventDefault();
      event.stopPropagation();
      pick(shown[active]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && many && !input.value && chosen.length) {
      chosen = chosen.slice(0, -1);
      showChosen();
      onChange([...chosen]);
    }
  }

  input.addEventListener("focus", () => input.select());
  showChosen();
  return box;
}
