// The page: holds what is known, listens for changes, and connects the parts.

import { get, listen, post } from "./api.js";
import { Composer } from "./composer.js";
import { h, replace } from "./dom.js";
import { Feed, refreshTimes } from "./feed.js";
import { Home } from "./home.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { Modals } from "./modals.js";
import { DeliveriesPanel, ThreadPanel } from "./panel.js";
import { drawSidebar, HOME, label, peopleMenu } from "./sidebar.js";

const DELIVERIES_KEPT = 100;
const $ = (id) => document.getElementById(id);

let state = null;
let channel = null;
let feed = null;
let composer = null;
let home = null;
let panel = null;
let source = null;
let online = true;
let known = [];
const unread = new Set();

const world = () => ({
  users: state.users, channels: state.channels, shortcuts: state.app.shortcuts, names: state.names,
  userById: new Map(state.users.map((u) => [u.id, u])),
});

// Doing things; a refusal is shown and gives null.
async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    toast(error.message);
    return null;
  }
}

function toast(sentence) {
  const node = h("div", { class: "toast", role: "alert" }, icon("warn"), h("span", {}, sentence), h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onClick: () => node.remove() }, icon("close")));
  const toasts = $("toasts");
  // Shown anew, it stands above a dialog that was opened meanwhile.
  if (toasts.matches(":popover-open")) toasts.hidePopover();
  toasts.showPopover();
  toasts.append(node);
  setTimeout(() => node.remove(), 9000);
}

const asMe = (body) => ({ ...body, user: state.viewer });

const actions = {
  click: (message, { block, element, value }, values) =>
    attempt(post("click", asMe({ channel: message.channel, ts: message.ts, block_id: block.block_id, action_id: element.action_id, value, values }))),
  options: (message, ask) => options({ channel: message.channel, ts: message.ts }, ask),
  thread: (message) => openThread(message),
  shortcut: (shortcut, message) => attempt(post("shortcut", asMe({ callback_id: shortcut.callback_id, channel: message.channel, ts: message.ts }))),
};

const viewActions = {
  click: async (view, { block, element, value }, values) => {
    const answer = await attempt(post("click", asMe({ view_id: view.id, block_id: block.block_id, action_id: element.action_id, value, values })));
    if (answer?.notice) toast(answer.notice);
  },
  options: (view, ask) => options({ view_id: view.id }, ask),
};

async function options(where, { block, element, query }) {
  const answer = await attempt(post("options", asMe({ ...where, block_id: block.block_id, action_id: element.action_id, query })));
  return answer?.options ?? [];
}

const modals = new Modals({
  submit: (view, values) => attempt(post("submit", asMe({ view_id: view.id, values }))),
  close: (view, values, everything) => attempt(post("close", asMe({ view_id: view.id, values, everything }))),
  ...viewActions,
}, world);

async function send(text, threadTs = null) {
  const command = text.startsWith("/");
  const ghost = command && !threadTs && h("div", { class: "message ghost", "aria-hidden": "true" }, h("span", { class: "spinner" }), h("code", {}, text), h("span", { class: "muted" }, `waiting for ${state.app.name}`));
  if (ghost) {
    feed.list.querySelector(".empty")?.remove();
    feed.pending(ghost);
  }
  const box = composer;
  const sent = await attempt(post("message", asMe({ channel, text, thread_ts: threadTs })));
  if (ghost) {
    ghost.remove();
    if (!feed.messages.size) feed.draw();
  }
  if (!sent && !threadTs && composer !== box) composer?.restore(text);
  return sent !== null;
}

// What is on the screen

function drawFrame() {
  const here = state.channels.find((c) => c.id === channel);
  document.title = `${label(here)} · ${state.team.name}`;
  home = null;
  feed = new Feed({ label: `Messages in ${label(here)}`, world, actions, empty: () => emptyChannel(here) });
  const draft = composer?.draft ?? "";
  composer = new Composer({ id: "compose", label: `Message ${label(here)}`, commands: () => state.app.commands, shortcuts: shortcutsMenu(), onSend: (text) => send(text) });
  composer.input.value = draft;
  drawMain(here, feed.element, composer.element);
  composer.changed();
}

function drawHome() {
  document.title = `${state.app.name} · ${state.team.name}`;
  feed = composer = null;
  home = new Home({ world, actions: viewActions, appName: state.app.name });
  home.show(state.home);
  drawMain({ kind: "im", name: state.app.name }, home.element);
}

function drawMain(here, ...content) {
  const theme = h("button", { type: "button", class: "icon-button", onClick: () => { switchTheme(); nameTheme(theme); } });
  nameTheme(theme);
  replace($("main"),
    h("header", { class: "top" },
      h("button", { type: "button", class: "icon-button only-narrow", "aria-label": "Show channels", onClick: () => $("app").classList.toggle("show-sidebar") }, icon("menu")),
      h("div", { class: "top-title" }, h("h1", {}, label(here)), h("p", { class: "topic" }, here.topic || (here.kind === "im" ? state.app.description : ""))),
      here.kind === "im" && state.app.has_home && tabs(),
      h("div", { class: "top-tools" },
        h("button", { type: "button", class: "icon-button", "aria-label": "Deliveries", title: "What was delivered to the app", onClick: toggleDeliveries }, icon("pulse")),
        theme,
        peopleMenu({ state, onSwitch: switchPerson }))),
    ...content);
  sidebar();
}

function tabs() {
  const tab = (name, isOpen, onClick) => h("button", { type: "button", class: "tab", role: "tab", "aria-selected": String(isOpen), onClick }, name);
  return h("div", { class: "tabs", role: "tablist", "aria-label": state.app.name },
    tab("Home", channel === HOME, () => visit(HOME)), state.app.has_messages && tab("Messages", channel !== HOME, openDirect));
}

function shortcutsMenu() {
  const items = state.app.shortcuts.filter((s) => !s.on_messages).map((s) => ({
    label: s.name,
    onPick: async () => {
      const answer = await attempt(post("shortcut", asMe({ callback_id: s.callback_id })));
      if (answer?.notice) toast(answer.notice);
    },
  }));
  return items.length ? menuButton({ label: "Shortcuts", content: icon("bolt"), buttonClass: "icon-button", menuClass: "above", items }) : null;
}

function emptyChannel(here) {
  const command = state.app.commands[0];
  return h("div", { class: "empty" },
    h("img", { src: "/static/mark.svg", alt: "", width: 44, height: 44 }),
    h("h2", {}, here.kind === "im" ? `No messages with ${here.name} yet` : `Nothing in ${label(here)} yet`),
    h("p", {}, "Write a message, or give the app a command. What the app posts appears here as it happens."),
    command && h("button", { type: "button", class: "button", onClick: () => { composer.input.value = `${command.name} `; composer.changed(); composer.input.focus(); } }, "Try ", h("code", {}, command.name)));
}

const sidebar = () => drawSidebar($("sidebar"), { state, current: channel, unread, onOpen: visit, online });

function narrowAway() {
  $("app").classList.remove("show-sidebar");
}

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function switchTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
}

function nameTheme(button) {
  const name = `Switch to ${isDark() ? "light" : "dark"} theme`;
  button.setAttribute("aria-label", name);
  button.title = name;
  replace(button, icon(isDark() ? "sun" : "moon"));
}

// Channels, threads, people

function withReplies(messages) {
  const parents = new Map(messages.map((m) => [m.ts, m]));
  for (const m of messages) if (parents.has(m.ts)) m.replies = messages.filter((r) => r.thread_ts === m.ts && !r.ephemeral);
  return messages.filter((m) => !m.thread_ts || m.ephemeral);
}

// A step that the browser's Back goes back; `openChannel` writes the address of where it leads in the end.
function visit(id) {
  if (id !== channel) history.pushState(null, "", `#${id}`);
  return openChannel(id);
}

async function openChannel(id, ts = null) {
  if (id === HOME && !state.app.has_home) return openDirect();
  // Where the app takes no messages, its direct message is not to be seen, as in Slack.
  if (state.app.has_home && !state.app.has_messages && state.channels.some((c) => c.id === id && c.kind === "im")) id = HOME;
  if (id !== HOME && !state.channels.some((c) => c.id === id)) id = state.home_channel;
  closePanel();
  narrowAway();
  channel = id;
  unread.delete(id);
  history.replaceState(null, "", `#${id}`);
  if (id === HOME) {
    drawHome();
    await openApp("home");
    return;
  }
  drawFrame();
  await loadChannel();
  composer?.input.focus();
  if (ts) document.querySelector(`[data-ts="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: "center" });
}

// The app hears that a person looks at it, and its direct message is there from then on.
async function openApp(tab) {
  const answer = await attempt(post("home", asMe({ tab })));
  if (answer) stateChanged(await get("state", { user: state.viewer }));
  return answer?.channel;
}

async function openDirect() {
  const direct = await openApp("messages");
  if (direct) await openChannel(direct);
}

async function loadChannel() {
  const answer = await attempt(get("channel", { channel, user: state.viewer }));
  if (!answer || answer.channel !== channel || !feed) return;
  known = answer.messages;
  feed.fill(withReplies(known));
}

function openThread(message) {
  const here = state.channels.find((c) => c.id === channel);
  const replies = known.filter((m) => m.thread_ts === message.ts);
  panel = new ThreadPanel($("panel"), { channelName: label(here), parent: message, replies, world, actions, onSend: (text) => send(text, message.ts), onClose: closePanel });
  $("app").classList.add("with-panel");
}

function toggleDeliveries() {
  if (panel instanceof DeliveriesPanel) return closePanel();
  panel = new DeliveriesPanel($("panel"), { deliveries: state.deliveries, onClose: closePanel });
  $("app").classList.add("with-panel");
}

function closePanel() {
  panel = null;
  $("panel").hidden = true;
  $("app").classList.remove("with-panel");
}

async function switchPerson(id) {
  sessionStorage.setItem("person", id);
  unread.clear();
  await begin(id, channel);
}

// Changes as they happen

function messageChanged(message, isNew) {
  if (message.channel !== channel) {
    if (isNew && message.user !== state.viewer) {
      unread.add(message.channel);
      sidebar();
    }
    return;
  }
  known = [...known.filter((m) => m.ts !== message.ts), message];
  show(message, isNew);
}

function show(message, isNew) {
  if (panel instanceof ThreadPanel && panel.concerns(message)) panel.feed.put(message, isNew);
  if (!message.thread_ts || message.ephemeral) {
    message.replies = known.filter((m) => m.thread_ts === message.ts && !m.ephemeral);
    feed.put(message, isNew);
  } else {
    const parent = known.find((m) => m.ts === message.thread_ts);
    if (parent) show(parent, false);
  }
}

function messageDeleted({ channel: where, ts }) {
  if (where !== channel) return;
  const gone = known.find((m) => m.ts === ts);
  known = known.filter((m) => m.ts !== ts);
  feed.remove(ts);
  if (panel instanceof ThreadPanel) ts === panel.ts ? closePanel() : panel.feed.remove(ts);
  const parent = gone?.thread_ts && known.find((m) => m.ts === gone.thread_ts);
  if (parent) show(parent, false);
}

function delivered(delivery) {
  state.deliveries = [...state.deliveries, delivery].slice(-DELIVERIES_KEPT);
  if (panel instanceof DeliveriesPanel) panel.draw(state.deliveries);
}

function stateChanged(next) {
  // Deliveries come one by one, counted from the state that the page began with; one that is still on its way
  // stands in the new state already.
  state = { ...state, ...next, seq: state.seq, deliveries: state.deliveries };
  modals.show(state.views);
  home?.show(state.home);
  sidebar();
}

const handlers = {
  message: ({ message }) => messageChanged(message, true),
  message_changed: ({ message }) => messageChanged(message, false),
  message_deleted: messageDeleted,
  views: stateChanged,
  channel: stateChanged,
  home: stateChanged,
  delivery: delivered,
  reset: () => begin(state.viewer, channel),
};

async function begin(person, wanted, ts = null) {
  source?.close();
  const answer = await attempt(get("state", { user: person }));
  if (!answer) return;
  state = answer;
  await openChannel(wanted ?? state.home_channel, ts);
  modals.show(state.views);
  source = listen(state.viewer, state.seq, (kind, data) => handlers[kind]?.(data), (isOnline, isOver) => {
    if (isOver) toast("This workspace was stopped or started anew. Open the link it printed last.");
    if (isOnline !== online) {
      online = isOnline;
      sidebar();
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (panel) closePanel();
  narrowAway();
  composer?.input.focus();
});
$("main").addEventListener("pointerdown", narrowAway, true);
document.addEventListener("visibilitychange", () => document.hidden || refreshTimes());
setInterval(refreshTimes, 15000);

// What the address names: a channel or the home, and with a permalink a message.
const named = () => (location.hash.match(/^#([A-Z0-9]+|home)(?:\/([\d.]+))?$/) ?? []).slice(1);
addEventListener("hashchange", () => {
  const [id, ts] = named();
  if (state && id && (id !== channel || ts)) openChannel(id, ts);
});

const last = sessionStorage.getItem("person");
const first = await attempt(get("state", { user: last ?? "" }).catch(() => get("state", { user: "" })));
if (first) await begin(first.viewer, ...named());
