// Messages: one article each, replaced in place when the message changes.

import { append, h, replace } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { renderNodes } from "./text.js";
import { ago, clockTime, dayKey, dayName, fullTime } from "./time.js";

const GROUP_SECONDS = 300;

export function avatar(user, size = "") {
  const letters = (user?.real_name ?? "?").split(/\s+/).map((w) => w[0]).slice(0, 2).join("");
  if (user?.is_bot) return h("img", { class: `avatar ${size}`, src: "/static/mark.svg", alt: "" });
  let hue = 0;
  for (const c of user?.id ?? "") hue = (hue * 31 + c.charCodeAt(0)) % 360;
  return h("span", { class: `avatar letters ${size}`, vars: { "--hue": hue }, "aria-hidden": "true" }, letters);
}

// A column of messages. actions: click(message, use, values), thread(message), options(message, ask)
export class Feed {
  constructor({ label, world, actions, inThread = false, empty }) {
    this.world = world;
    this.actions = actions;
    this.inThread = inThread;
    this.empty = empty;
    this.messages = new Map();
    this.values = new Map();
    this.list = h("div", { class: "messages", role: "log", "aria-label": label, "aria-live": "polite" });
    this.more = h("button", { type: "button", class: "jump", hidden: true, onClick: () => this.toEnd() }, icon("down"), "New messages");
    this.scroller = h("div", { class: "scroller", tabindex: "0" }, this.list);
    this.scroller.addEventListener("scroll", () => { if (this.atEnd()) this.more.hidden = true; });
    this.element = h("div", { class: "feed" }, this.scroller, this.more);
    // Late layout (images, fonts) must not leave the newest message below the edge.
    this.stuck = true;
    new ResizeObserver(() => { if (this.stuck) this.toEnd(); }).observe(this.list);
    this.scroller.addEventListener("scroll", () => { this.stuck = this.atEnd(); });
  }

  atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.more.hidden = true;
    this.stuck = true;
  }

  fill(messages) {
    this.messages = new Map(messages.map((m) => [m.ts, m]));
    this.draw();
    this.toEnd();
  }

  sorted() {
    return [...this.messages.values()].sort((a, b) => (a.ts.padStart(18) < b.ts.padStart(18) ? -1 : 1));
  }

  draw() {
    const all = this.sorted();
    if (!all.length) return void replace(this.list, this.empty?.() ?? []);
    const rows = [];
    let before = null;
    for (const message of all) {
      const epoch = Number(message.ts);
      if (!this.inThread && (!before || dayKey(Number(before.ts)) !== dayKey(epoch)))
        rows.push(h("div", { class: "day", role: "separator" }, h("span", {}, dayName(epoch))));
      rows.push(this.article(message, before));
      before = message;
    }
    replace(this.list, rows);
  }

  put(message, isNew) {
    const known = this.messages.has(message.ts);
    this.messages.set(message.ts, message);
    const stuck = this.stuck;
    const old = this.list.querySelector(`[data-ts="${CSS.escape(message.ts)}"]`);
    if (known && old) {
      const focused = old.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      const fresh = this.article(message, null);
      fresh.classList.toggle("grouped", old.classList.contains("grouped"));
      if (!isNew) fresh.classList.add("changed");
      old.replaceWith(fresh);
      if (focused) fresh.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    } else {
      this.draw();
      this.list.querySelector(`[data-ts="${CSS.escape(message.ts)}"]`)?.classList.add("arrived");
    }
    if (stuck) this.toEnd();
    else if (isNew && !known) this.more.hidden = false;
  }

  remove(ts) {
    if (this.messages.delete(ts)) this.draw();
  }

  article(message, before) {
    const world = this.world();
    const user = world.userById.get(message.user);
    const epoch = Number(message.ts);
    const time = h("time", { class: "when", datetime: new Date(epoch * 1000).toISOString(), title: fullTime(epoch) }, clockTime(epoch), h("span", { class: "ago", data: { epoch } }, ago(epoch)));
    const notice = message.origin === "notice";
    const grouped = before && before.user === message.user && before.origin === message.origin && !before.ephemeral && !message.ephemeral
      && epoch - Number(before.ts) < GROUP_SECONDS && message.origin === "person" && dayKey(Number(before.ts)) === dayKey(epoch);
    const kind = [`from-${message.origin}`, message.ephemeral && "ephemeral", grouped && "grouped"].filter(Boolean).join(" ");
    const name = notice ? "Workspace" : (user?.real_name ?? message.user);
    return h(
      "article",
      { class: `message ${kind}`, data: { ts: message.ts }, "aria-label": `${name} at ${clockTime(epoch)}${message.ephemeral ? ", only visible to you" : ""}` },
      h("div", { class: "gutter" }, notice ? h("span", { class: "avatar notice-mark" }, icon("warn")) : avatar(user), h("span", { class: "gutter-time", "aria-hidden": "true" }, clockTime(epoch))),
      h("div", { class: "content" },
        message.ephemeral && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
        h("div", { class: "byline" }, h("span", { class: "author" }, name), user?.is_bot && !notice && h("span", { class: "tag" }, "app"), time),
        this.body(message, world),
        this.replies(message, world)),
      this.tools(message),
    );
  }

  body(message, world) {
    const values = this.values.get(message.ts) ?? new Map();
    this.values.set(message.ts, values);
    const ctx = {
      names: world.names, users: world.users, channels: world.channels, values,
      act: (use) => this.actions.click(message, use, Object.fromEntries(values)),
      options: (ask) => this.actions.options(message, ask),
    };
    const edited = message.edited && h("span", { class: "edited" }, "(edited)");
    if (message.blocks.length) return h("div", { class: "body blocks" }, renderBlocks(message.blocks, ctx), edited);
    const attachments = message.attachments.map((a) =>
      h("div", { class: "attachment" }, a.title && h("div", { class: "card-title" }, String(a.title)), h("div", { class: "text" }, renderNodes(a.nodes, world.names)), renderBlocks(a.blocks, ctx)));
    return h("div", { class: "body" }, h("div", { class: "text" }, renderNodes(message.nodes, world.names), edited), attachments);
  }

  replies(message, world) {
    if (this.inThread || !message.replies?.length) return null;
    const last = message.replies.at(-1);
    const faces = [...new Set(message.replies.map((r) => r.user))].slice(0, 4).map((id) => avatar(world.userById.get(id), "tiny"));
    const count = message.replies.length;
    return h("button", { type: "button", class: "replies", onClick: () => this.actions.thread(message) }, faces, h("span", { class: "replies-count" }, `${count} ${count === 1 ? "reply" : "replies"}`), h("span", { class: "ago", data: { epoch: Number(last.ts) } }, ago(Number(last.ts))));
  }

  tools(message) {
    if (message.ephemeral) return null;
    const shortcuts = this.world().shortcuts.filter((s) => s.on_messages).map((s) => ({ label: s.name, onPick: () => this.actions.shortcut(s, message) }));
    const more = shortcuts.length ? menuButton({ label: "More actions", content: icon("dots"), buttonClass: "icon-button", menuClass: "from-right", items: shortcuts }) : null;
    const reply = this.inThread || message.thread_ts ? null : h("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", onClick: () => this.actions.thread(message) }, icon("thread"));
    return reply || more ? h("div", { class: "tools" }, reply, more) : null;
  }

  pending(node) {
    append(this.list, [node]);
    this.toEnd();
  }
}

export function refreshTimes(root = document) {
  for (const node of root.querySelectorAll(".ago[data-epoch]")) node.textContent = ago(Number(node.dataset.epoch));
}
