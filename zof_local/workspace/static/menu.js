// A button with a menu (WAI-ARIA menu button): arrows move, Escape and leaving close.

import { h } from "./dom.js";

// items: [{label, content?, checked?, onPick}]; checked makes it a choice among several.
export function menuButton({ label, menuLabel, content, buttonClass, menuClass = "", items }) {
  const menu = h("div", { class: `menu ${menuClass}`, role: "menu", "aria-label": menuLabel ?? label, hidden: true });
  const button = h("button", { type: "button", class: buttonClass, "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, title: label, onClick: () => (menu.hidden ? open() : close()) }, content);

  function open() {
    menu.hidden = false;
    // At the end of a column there is no room below.
    if (!menuClass.includes("above")) {
      menu.classList.remove("above");
      const edge = box.closest(".scroller")?.getBoundingClientRect().bottom ?? innerHeight;
      menu.classList.toggle("above", menu.getBoundingClientRect().bottom > edge);
    }
    button.setAttribute("aria-expanded", "true");
    (menu.querySelector('[aria-checked="true"]') ?? menu.firstElementChild)?.focus();
  }

  function close() {
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }

  for (const item of items) {
    const radio = item.checked !== undefined;
    menu.append(h("button", {
      type: "button", class: "menu-item", role: radio ? "menuitemradio" : "menuitem", "aria-checked": radio ? String(item.checked) : null, "aria-label": item.label,
      onClick: () => { close(); button.focus(); item.onPick(button); },
    }, item.content ?? item.label));
  }

  function onKey(event) {
    if (menu.hidden) return;
    const entries = [...menu.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
      button.focus();
    } else if (step) {
      event.preventDefault();
      entries[(entries.indexOf(document.activeElement) + step + entries.length) % entries.length].focus();
    }
  }

  const box = h("div", { class: "menu-box", onKeydown: onKey }, button, menu);
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(); });
  return box;
}
