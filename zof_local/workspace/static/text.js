// Text nodes (made on the server from mrkdwn, plain text, rich text or markdown) as DOM.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { dateText, fullTime } from "./time.js";

const SAFE = /^(https?:\/\/|mailto:)/i;

export function safeLink(url) {
  return typeof url === "string" && SAFE.test(url);
}

export function renderNodes(nodes, names) {
  return (nodes ?? []).map((node) => (RENDER[node.t] ?? inner)(node, names));
}

const children = (node, names) => renderNodes(node.c, names);
const inner = (node, names) => h("span", {}, children(node, names));
const mention = (sigil) => (node, names) =>
  h("span", { class: "mention" }, `${sigil}${names[node.id] ?? (node.label || node.id)}`);

const RENDER = {
  text: (node) => document.createTextNode(node.text),
  br: () => h("br"),
  bold: (node, names) => h("strong", {}, children(node, names)),
  italic: (node, names) => h("em", {}, children(node, names)),
  strike: (node, names) => h("s", {}, children(node, names)),
  code: (node, names) => h("code", {}, children(node, names)),
  pre: (node, names) => h("pre", { tabindex: "0" }, children(node, names)),
  quote: (node, names) => h("blockquote", {}, children(node, names)),
  para: (node, names) => h("p", {}, children(node, names)),
  item: (node, names) => h("li", {}, children(node, names)),
  list: (node, names) =>
    h(node.ordered ? "ol" : "ul", { class: `indent-${Math.min(8, node.indent || 0)}` }, children(node, names)),
  link: (node, names) =>
    safeLink(node.url)
      ? h("a", { href: node.url, target: "_blank", rel: "noreferrer noopener" }, children(node, names))
      : inner(node, names),
  user: mention("@"),
  channel: mention("#"),
  usergroup: mention("@"),
  broadcast: (node) => h("span", { class: "mention loud" }, `@${node.name}`),
  date: (node) => {
    const text = dateText(node.epoch, node.format, node.label);
    return h("time", { datetime: isoTime(node.epoch), title: node.label || fullTime(node.epoch) }, text);
  },
  emoji: (node) => emoji(node.name),
};

function isoTime(epoch) {
  const date = new Date(epoch * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
