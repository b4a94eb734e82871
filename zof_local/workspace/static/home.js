// The app's home tab for one person.

import { h, replace } from "./dom.js";
import { renderBlocks } from "./blocks.js";

export class Home {
  constructor({ world, actions, appName }) {
    this.world = world;
    this.actions = actions;
    this.appName = appName;
    this.values = new Map();
    this.column = h("div", { class: "home-column" });
    this.element = h("div", { class: "home", role: "region", "aria-label": `${appName} home`, tabindex: "0" }, this.column);
  }

  show(view) {
    if (!view) {
      replace(this.column, h("div", { class: "empty" }, h("img", { src: "/static/mark.svg", alt: "", width: 44, height: 44 }), h("h2", {}, `${this.appName} has no home for you yet`), h("p", {}, "When the app publishes one, it appears here.")));
      return;
    }
    const { names, users, channels } = this.world();
    const focused = this.column.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const ctx = {
      names, users, channels, values: this.values,
      act: (use) => this.actions.click(view, use, Object.fromEntries(this.values)),
      options: (ask) => this.actions.options(view, ask),
    };
    replace(this.column, h("div", { class: "home-blocks" }, renderBlocks(view.blocks, ctx)));
    if (focused) this.column.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}
