// The panel at the right: a thread, or what was delivered to the app.

import { h, replace } from "./dom.js";
import { Composer } from "./composer.js";
import { Feed } from "./feed.js";
import { icon } from "./icons.js";
import { ago, fullTime } from "./time.js";

const WORDS = { acked: "acknowledged", timed_out: "timed out", failed: "failed", no_app: "no app" };
const KINDS = { command: "Command", click: "Action", submit: "Submission", close: "Closed", options: "Options", event: "Event", shortcut: "Shortcut" };

function frame(root, title, subtitle, onClose, ...content) {
  root.hidden = false;
  root.setAttribute("aria-label", title);
  replace(root,
    h("header", { class: "panel-head" }, h("div", {}, h("h2", {}, title), subtitle && h("p", { class: "muted" }, subtitle)),
      h("button", { type: "button", class: "icon-button", "aria-label": `Close ${title.toLowerCase()}`, onClick: onClose }, icon("close"))),
    ...content);
}

export class ThreadPanel {
  constructor(root, { channelName, parent, replies, world, actions, onSend, onClose }) {
    this.ts = parent.ts;
    this.feed = new Feed({ label: "Thread", world, actions, inThread: true });
    this.composer = new Composer({ label: "Reply in thread", onSend });
    frame(root, "Thread", channelName, onClose, this.feed.element, this.composer.element);
    this.feed.fill([parent, ...replies]);
    this.composer.input.focus();
  }

  concerns(message) {
    return message.ts === this.ts || message.thread_ts === this.ts;
  }
}

export class DeliveriesPanel {
  constructor(root, { deliveries, onClose }) {
    this.list = h("ol", { class: "deliveries", "aria-label": "Deliveries", tabindex: "0" });
    frame(root, "Deliveries", "What this workspace sent to the app as you", onClose, this.list);
    this.draw(deliveries);
  }

  draw(deliveries) {
    if (!deliveries.length)
      return void replace(this.list, h("li", { class: "empty small" }, "Nothing yet. Commands, clicks and forms appear here with the time the app took."));
    replace(this.list, [...deliveries].reverse().map((d) =>
      h("li", { class: `delivery ${d.outcome}` },
        h("div", { class: "delivery-top" }, h("span", { class: "delivery-kind" }, KINDS[d.kind] ?? d.kind), h("span", { class: "delivery-outcome" }, WORDS[d.outcome] ?? d.outcome), h("span", { class: "delivery-ms" }, `${d.ms < 10 ? d.ms.toFixed(1) : Math.round(d.ms)} ms`)),
        h("code", { class: "delivery-label" }, d.label),
        d.error && h("p", { class: "delivery-error" }, d.error),
        h("time", { class: "muted ago", title: fullTime(d.at), data: { epoch: d.at } }, ago(d.at)))));
  }
}
