// An app's modals.

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { renderBlocks } from "./blocks.js";
import { renderNodes } from "./text.js";

// The stack of an app's modals: only the topmost is shown, as one dialog element whose content changes.
export class Modals {
  // actions: submit(view, values), close(view, values, everything), click(view, use), options(view, ask)
  constructor(actions, world) {
    this.actions = actions;
    this.world = world;
    this.held = new Map(); // view id → {values, errors, notice}
    this.shown = null;
    this.busy = false;
    this.box = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" });
    this.box.addEventListener("cancel", (event) => { event.preventDefault(); this.close(false); });
    document.body.append(this.box);
  }

  memory(view) {
    if (!this.held.has(view.id)) this.held.set(view.id, { values: new Map(), errors: {}, notice: null });
    return this.held.get(view.id);
  }

  show(views) {
    const top = views.at(-1);
    for (const id of this.held.keys()) if (!views.some((v) => v.id === id)) this.held.delete(id);
    if (!top) {
      this.shown = null;
      if (this.box.open) this.box.close();
      return;
    }
    const changed = this.shown?.id !== top.id || this.shown?.hash !== top.hash;
    this.shown = top;
    this.depth = views.length;
    if (changed) {
      Object.assign(this.memory(top), { errors: {}, notice: null });
      this.draw();
    }
    if (!this.box.open) {
      this.box.showModal();
      this.focusFirst();
    }
  }

  focusFirst() {
    (this.box.querySelector("[autofocus]") ?? this.box.querySelector(".modal-body input, .modal-body textarea, .modal-body button") ?? this.box).focus();
  }

  draw() {
    const view = this.shown;
    const held = this.memory(view);
    const { names, users, channels } = this.world();
    const ctx = {
      names, users, channels, values: held.values, errors: held.errors,
      act: (use) => this.actions.click(view, use, Object.fromEntries(held.values)),
      options: (ask) => this.actions.options(view, ask),
    };
    const text = (value, fallback) => (value ? renderNodes(value.nodes, names) : fallback);
    const submit = view.submit && h("button", { type: "submit", class: "button primary" }, h("span", { class: "button-label" }, text(view.submit)));
    const form = h(
      "form",
      { class: "modal-form", method: "dialog", novalidate: true, onSubmit: (event) => { event.preventDefault(); this.submit(submit); } },
      h("header", { class: "modal-head" },
        h("div", {}, h("h2", { id: "modal-title" }, text(view.title, view.app)), h("p", { class: "modal-app" }, view.app)),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close all", onClick: () => this.close(true) }, icon("close"))),
      h("div", { class: "modal-body" }, held.notice && h("p", { class: "notice", role: "alert" }, held.notice), renderBlocks(view.blocks, ctx)),
      h("footer", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", onClick: () => this.close(false) }, text(view.close, this.depth > 1 ? "Back" : "Cancel")),
        submit),
    );
    replace(this.box, form);
  }

  async submit(button) {
    if (this.busy) return;
    const view = this.shown;
    const held = this.memory(view);
    this.busy = true;
    button?.classList.add("busy");
    const answer = await this.actions.submit(view, Object.fromEntries(held.values));
    this.busy = false;
    button?.classList.remove("busy");
    if (this.shown?.id !== view.id || this.shown?.hash !== view.hash) return;
    held.errors = answer?.errors ?? {};
    held.notice = answer?.notice ?? null;
    if (Object.keys(held.errors).length || held.notice) {
      this.draw();
      (this.box.querySelector(".has-error input, .has-error textarea") ?? this.box.querySelector(".notice"))?.focus();
    }
  }

  async close(everything) {
    const view = this.shown;
    if (!view) return;
    const answer = await this.actions.close(view, Object.fromEntries(this.memory(view).values), everything);
    // Whatever stands against it, nobody is kept in a dialog.
    if (!answer) this.show([]);
  }
}
