// The message box: Enter sends, Shift+Enter breaks the line, a slash offers the app's commands.

import { h, replace, uid } from "./dom.js";
import { icon } from "./icons.js";

const HISTORY = 50;

export class Composer {
  constructor({ label, commands = () => [], shortcuts = null, onSend, id = null }) {
    this.commands = commands;
    this.onSend = onSend;
    this.history = [];
    this.back = 0;
    this.sending = false;
    const hintId = uid("hint");
    this.input = h("textarea", {
      class: "composer-input", rows: 1, id, "aria-label": label, placeholder: label, "aria-describedby": hintId, spellcheck: "true",
      onInput: () => this.changed(), onKeydown: (event) => this.key(event),
    });
    this.button = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
    this.hint = h("div", { class: "command-hint", id: hintId, hidden: true });
    this.element = h("form", { class: "composer", onSubmit: (event) => { event.preventDefault(); this.send(); } },
      this.hint, h("div", { class: "composer-box" }, shortcuts, this.input, this.button),
      h("p", { class: "composer-help", "aria-hidden": "true" }, h("kbd", {}, "Enter"), " sends · ", h("kbd", {}, "Shift Enter"), " new line · ", h("kbd", {}, "/"), " commands"));
    this.changed();
  }

  label(text) {
    this.input.setAttribute("aria-label", text);
    this.input.placeholder = text;
  }

  changed() {
    if (this.input.isConnected) {
      this.input.style.height = "auto";
      this.input.style.height = `${Math.min(this.input.scrollHeight, 200)}px`;
    }
    const text = this.input.value;
    this.button.disabled = this.sending || !text.trim();
    const word = text.split(/\s/, 1)[0];
    const fitting = text.startsWith("/") && !this.sending ? this.commands().filter((c) => c.name.startsWith(word)) : [];
    this.hint.hidden = !fitting.length;
    replace(this.hint, fitting.map((c) => this.suggestion(c, text)));
    this.mark(null);
  }

  // The usage that the arrows have come to; Enter and Tab take it over.
  mark(usage) {
    this.hint.querySelector(".marked")?.classList.remove("marked");
    this.marked = usage;
    if (!usage) return this.input.removeAttribute("aria-activedescendant");
    usage.classList.add("marked");
    usage.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", usage.id);
  }

  step(by) {
    const usages = [...this.hint.querySelectorAll("button")];
    const at = this.marked ? usages.indexOf(this.marked) + by : by > 0 ? 0 : -1;
    this.mark(usages.at(at % usages.length));
  }

  suggestion(command, text) {
    const rows = command.usage_hint.split("|").map((usage) => usage.trim()).filter(Boolean);
    const typed = text.slice(command.name.length).trim();
    const first = typed.split(/\s/, 1)[0];
    const fit = rows.filter((usage) => usage.startsWith(first));
    return h("div", { class: "command" },
      h("div", { class: "command-head" }, h("code", {}, command.name), h("span", {}, command.description)),
      h("ul", { class: "command-usages" }, (typed && fit.length ? fit : rows).map((usage) =>
        h("li", {}, h("button", { type: "button", tabindex: "-1", id: uid("usage"), onMousedown: (event) => event.preventDefault(), onClick: () => this.complete(command, usage) },
          h("code", {}, `${command.name} ${usage}`))))));
  }

  complete(command, usage) {
    const verb = usage.split(" ").filter((w) => w && w === w.toLowerCase()).join(" ");
    this.input.value = `${command.name} ${verb} `;
    this.input.focus();
    this.changed();
  }

  key(event) {
    if (this.sending) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // Once names are typed, a usage would take their place.
    if (by && !this.hint.hidden && !this.back && this.input.value.trim().split(/\s+/).length <= 2) {
      event.preventDefault();
      this.step(by);
    } else if (this.marked && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.marked.click();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Tab" && !event.shiftKey && this.input.value.startsWith("/") && !this.input.value.includes(" ")) {
      const command = this.commands().find((c) => c.name.startsWith(this.input.value));
      if (command) { event.preventDefault(); this.input.value = `${command.name} `; this.changed(); }
    } else if (event.key === "Escape" && !this.hint.hidden) {
      event.preventDefault();
      this.hint.hidden = true;
      this.mark(null);
    } else if ((event.key === "ArrowUp" && (!this.input.value || this.back)) || (event.key === "ArrowDown" && this.back)) {
      this.recall(event);
    }
  }

  recall(event) {
    this.back = Math.max(0, Math.min(this.history.length, this.back + (event.key === "ArrowUp" ? 1 : -1)));
    event.preventDefault();
    this.input.value = this.back ? this.history[this.history.length - this.back] : "";
    this.changed();
  }

  // The text stays, and cannot be changed, until onSend says whether it was taken.
  async send() {
    const text = this.input.value.trim();
    if (!text || this.sending) return;
    this.hold(true);
    const taken = await this.onSend(text);
    this.hold(false);
    if (!taken) return;
    this.history = [...this.history, text].slice(-HISTORY);
    this.back = 0;
    this.input.value = "";
    this.changed();
  }

  hold(sending) {
    this.sending = sending;
    this.input.readOnly = sending;
    this.element.setAttribute("aria-busy", String(sending));
    this.changed();
  }

  // A text that was not taken comes back, unless another one has been begun.
  restore(text) {
    if (this.input.value) return;
    this.input.value = text;
    this.changed();
  }

  // What is being written and not on its way.
  get draft() {
    return this.sending ? "" : this.input.value;
  }
}
