// Block elements: buttons, menus and inputs. Each reports what a person does through the context.

import { confirmFirst } from "./confirm.js";
import { h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { combobox } from "./select.js";
import { renderNodes, safeLink } from "./text.js";

export const pathOf = (block, element) => `${block.block_id}/${element.action_id}`;

// block: the block it stands in; label: the accessible name of inputs; ctx: see blocks.js
export function renderElement(block, element, ctx, label) {
  const render = ELEMENTS[element.type];
  return render ? render(block, element, ctx, label) : h("span", { class: "unsupported" }, `(${element.type})`);
}

const words = (text, ctx) => renderNodes(text?.nodes, ctx.names);
const plain = (text) => text?.text ?? "";

async function act(block, element, ctx, value, control) {
  if (!(await confirmFirst(element.confirm, ctx.names))) return;
  const busy = control?.classList;
  busy?.add("busy");
  control?.setAttribute("aria-busy", "true");
  try {
    await ctx.act({ block, element, value });
  } finally {
    busy?.remove("busy");
    control?.removeAttribute("aria-busy");
  }
}

function button(block, element, ctx) {
  const style = element.style ? ` ${element.style}` : "";
  const key = pathOf(block, element);
  const control = h(
    "button",
    {
      type: "button", class: `button${style}`, data: { key },
      "aria-label": element.accessibility_label ?? null,
      onClick: () => {
        if (control.getAttribute("aria-busy")) return;
        if (safeLink(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
        act(block, element, ctx, element.value ?? null, control);
      },
    },
    h("span", { class: "button-label" }, words(element.text, ctx)),
  );
  return control;
}

function remember(block, element, ctx, value, force = false) {
  ctx.values.set(pathOf(block, element), value);
  const dispatches = force || block.type !== "input" || block.dispatch_action;
  if (dispatches) act(block, element, ctx, value, null);
}

const current = (block, element, ctx) => ctx.values.get(pathOf(block, element)) ?? element.initial ?? null;

const asOption = (option, group) => ({ value: option.value, label: plain(option.text), hint: plain(option.description), group });

function choicesOf(element, ctx) {
  const kind = element.type.replace("multi_", "");
  if (kind === "users_select") return ctx.users.map((u) => ({ value: u.id, label: u.real_name, hint: `@${u.name}` }));
  if (kind === "channels_select" || kind === "conversations_select")
    return ctx.channels.map((c) => ({ value: c.id, label: c.kind === "im" ? c.name : `#${c.name}`, hint: c.topic }));
  const grouped = (element.option_groups ?? []).flatMap((g) => g.options.map((o) => asOption(o, plain(g.label))));
  return [...(element.options ?? []).map((o) => asOption(o)), ...grouped];
}

function select(block, element, ctx, label) {
  const many = element.type.startsWith("multi_");
  const start = current(block, element, ctx);
  const selected = many ? (start ?? []) : start ? [start] : [];
  const external = element.type.endsWith("external_select");
  return combobox({
    label: label ?? (plain(element.placeholder) || "Choose"), many, selected,
    placeholder: plain(element.placeholder) || (many ? "Choose some" : "Choose one"),
    options: external ? (element.initial_option ? [asOption(element.initial_option)] : []) : choicesOf(element, ctx),
    load: external ? (query) => ctx.options({ block, element, query }) : null,
    onChange: (value) => remember(block, element, ctx, value),
  });
}

function overflow(block, element, ctx) {
  const items = element.options.map((option) => ({
    label: plain(option.text), content: words(option.text, ctx),
    onPick: (trigger) => {
      if (safeLink(option.url)) window.open(option.url, "_blank", "noopener,noreferrer");
      act(block, element, ctx, option.value, trigger);
    },
  }));
  return menuButton({ label: "More actions", content: icon("dots"), buttonClass: "button square", menuClass: "from-right", items });
}

function choices(block, element, ctx, label) {
  const many = element.type === "checkboxes";
  const name = uid("choice");
  const start = current(block, element, ctx);
  const isOn = (value) => (many ? (start ?? []).includes(value) : start === value);
  const box = h("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": label ?? null });
  for (const option of element.options) {
    const input = h("input", {
      type: many ? "checkbox" : "radio", name, value: option.value, checked: isOn(option.value),
      onChange: () => {
        const on = [...box.querySelectorAll("input:checked")].map((i) => i.value);
        remember(block, element, ctx, many ? on : (on[0] ?? null));
      },
    });
    const text = h("span", { class: "choice-text" }, h("span", {}, words(option.text, ctx)),
      option.description && h("span", { class: "choice-hint" }, words(option.description, ctx)));
    box.append(h("label", { class: "choice" }, input, text));
  }
  return box;
}

function field(type, extra = () => ({})) {
  return (block, element, ctx, label) => {
    const multiline = element.multiline === true;
    const control = h(multiline ? "textarea" : "input", {
      class: "field", type: multiline ? null : type, rows: multiline ? 4 : null, "aria-label": label ?? (plain(element.placeholder) || null),
      placeholder: plain(element.placeholder) || null, value: current(block, element, ctx) ?? "",
      maxlength: element.max_length ?? null, autofocus: element.focus_on_load ?? null, ...extra(element),
      onInput: () => ctx.values.set(pathOf(block, element), control.value),
      onChange: () => { if (block.type !== "input" || block.dispatch_action) remember(block, element, ctx, control.value, true); },
    });
    return control;
  };
}

function dateTime(block, element, ctx, label) {
  const start = current(block, element, ctx);
  const shown = start ? new Date(start * 1000 - new Date(start * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "";
  const control = h("input", {
    class: "field", type: "datetime-local", "aria-label": label ?? "Date and time", value: shown,
    onChange: () => remember(block, element, ctx, control.value ? Math.floor(new Date(control.value).getTime() / 1000) : null),
  });
  return control;
}

export function image(element) {
  const local = /^(data:image\/|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/)/.test(element.image_url ?? "");
  if (local) return h("img", { class: "image", src: element.image_url, alt: element.alt_text, loading: "lazy" });
  // Nothing is fetched from other machines: the picture's words stand for it.
  return h("span", { class: "image-missing", title: element.image_url ?? "" }, element.alt_text);
}

const SELECTS = ["static_select", "users_select", "channels_select", "conversations_select", "external_select"];

const ELEMENTS = {
  button, overflow, image,
  workflow_button: button,
  icon_button: button,
  checkboxes: choices,
  radio_buttons: choices,
  plain_text_input: field("text"),
  rich_text_input: field("text"),
  email_text_input: field("email"),
  url_text_input: field("url"),
  number_input: field("text", (e) => ({ inputmode: e.is_decimal_allowed ? "decimal" : "numeric" })),
  datepicker: field("date"),
  timepicker: field("time"),
  datetimepicker: dateTime,
};
for (const kind of SELECTS) ELEMENTS[kind] = ELEMENTS[`multi_${kind}`] = select;
