// The sidebar and the menu of people.

import { h, replace } from "./dom.js";
import { avatar } from "./feed.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";

export const HOME = "home";

export function drawSidebar(root, { state, current, unread, onOpen, online }) {
  const row = (channel, isCurrent = channel.id === current, isUnread = unread.has(channel.id)) =>
    h("li", {}, h("a", {
      href: `#${channel.id}`, class: `channel${isCurrent ? " current" : ""}${isUnread ? " unread" : ""}`,
      "aria-current": isCurrent ? "page" : null, "aria-label": isUnread ? `${label(channel)}, unread` : label(channel),
      onClick: (event) => { event.preventDefault(); onOpen(channel.id); },
    }, channel.kind === "im" ? h("img", { class: "avatar tiny", src: "/static/mark.svg", alt: "" }) : h("span", { class: "hash", "aria-hidden": "true" }, "#"), h("span", { class: "channel-name" }, channel.name)));
  const rooms = state.channels.filter((c) => c.kind !== "im");
  const app = { id: HOME, kind: "im", name: state.app.name };
  const direct = state.channels.find((c) => c.kind === "im");
  const inApp = current === HOME || current === direct?.id;
  const connected = state.connected && online;
  replace(root,
    h("div", { class: "brand" }, h("img", { src: "/static/mark.svg", alt: "", width: 30, height: 30 }), h("div", {}, h("div", { class: "brand-name" }, state.team.name), h("div", { class: "brand-sub" }, "workspace on this machine"))),
    h("h2", { class: "group" }, "Channels"),
    h("ul", { class: "channels", "aria-label": "Channels" }, rooms.map((c) => row(c))),
    h("h2", { class: "group" }, "Apps"),
    h("ul", { class: "channels", "aria-label": "Apps" }, row(app, inApp, direct && unread.has(direct.id))),
    h("div", { class: "sidebar-foot" }, h("span", { class: `dot ${connected ? "good" : "bad"}` }), h("span", {}, !online ? "Reconnecting…" : state.connected ? `${state.app.name} is connected` : `${state.app.name} is not connected`)),
  );
}

export const label = (channel) => (channel.kind === "im" ? channel.name : `#${channel.name}`);

export function peopleMenu({ state, onSwitch }) {
  const people = state.users.filter((u) => !u.is_bot);
  const me = people.find((u) => u.id === state.viewer);
  const items = people.map((person) => ({
    label: person.real_name, checked: person.id === me.id,
    content: [avatar(person, "small"), h("span", { class: "person-text" }, h("span", {}, person.real_name), h("span", { class: "muted" }, person.title || `@${person.name}`)), person.id === me.id && icon("check")],
    onPick: () => person.id !== me.id && onSwitch(person.id),
  }));
  return menuButton({
    label: `Acting as ${me.real_name}. Switch person`, menuLabel: "Act as", buttonClass: "person-button", menuClass: "from-right people", items,
    content: [avatar(me, "small"), h("span", { class: "person-name" }, me.real_name), icon("chevron")],
  });
}
