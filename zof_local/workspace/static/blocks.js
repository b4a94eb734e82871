// Block Kit as DOM.
//
// A context says where blocks stand and what people do with them:
//   names: id → name · users, channels: for selects · values: Map of path → what inputs hold
//   errors: block id → sentence · act({block, element, value}) → Promise · options({block, element, query}) → Promise

import { h } from "./dom.js";
import { image, renderElement } from "./elements.js";
import { renderNodes } from "./text.js";

export function renderBlocks(blocks, ctx) {
  return (blocks ?? []).map((block) => {
    const render = BLOCKS[block.type];
    const content = render ? render(block, ctx) : h("p", { class: "unsupported" }, `(a ${block.type} block)`);
    content.dataset.block = block.block_id ?? "";
    return content;
  });
}

const words = (text, ctx) => renderNodes(text?.nodes, ctx.names);

function section(block, ctx) {
  const fields = block.fields && h("div", { class: "fields" }, block.fields.map((f) => h("div", { class: "field-cell" }, words(f, ctx))));
  const main = h("div", { class: "section-main" }, block.text && h("div", { class: "text" }, words(block.text, ctx)), fields);
  const accessory = block.accessory && h("div", { class: "accessory" }, renderElement(block, block.accessory, ctx));
  return h("div", { class: "block section" }, main, accessory);
}

function context(block, ctx) {
  const parts = block.elements.map((e) =>
    e.type === "image" ? h("span", { class: "context-image" }, image(e)) : h("span", { class: "context-text" }, words(e, ctx)));
  return h("div", { class: "block context" }, parts);
}

function actions(block, ctx) {
  return h("div", { class: "block actions" }, block.elements.map((e) => renderElement(block, e, ctx)));
}

function input(block, ctx) {
  const label = block.label?.text ?? "";
  const error = ctx.errors?.[block.block_id];
  return h(
    "div",
    { class: `block input${error ? " has-error" : ""}` },
    h("div", { class: "label" }, words(block.label, ctx), block.optional && h("span", { class: "optional" }, "optional")),
    renderElement(block, block.element, ctx, label),
    block.hint && h("div", { class: "hint" }, words(block.hint, ctx)),
    error && h("div", { class: "error", role: "alert" }, error),
  );
}

function imageBlock(block, ctx) {
  return h("figure", { class: "block figure" }, block.title && h("figcaption", {}, words(block.title, ctx)), image(block));
}

const cellText = (cell, ctx) => (cell.nodes ? renderNodes(cell.nodes, ctx.names) : [String(cell.text ?? cell.value ?? "")]);

function table(block, ctx) {
  const [head, ...rows] = block.rows;
  const row = (cells, tag) => h("tr", {}, cells.map((c) => h(tag, { scope: tag === "th" ? "col" : null }, cellText(c, ctx))));
  return h("div", { class: "block table", tabindex: "0", role: "region", "aria-label": block.caption ?? "Table" },
    h("table", {}, block.caption && h("caption", {}, block.caption), h("thead", {}, row(head, "th")), h("tbody", {}, rows.map((r) => row(r, "td")))));
}

function card(block, ctx) {
  return h("div", { class: "block card" },
    block.hero_image && image(block.hero_image),
    block.title && h("div", { class: "card-title" }, words(block.title, ctx)),
    block.subtitle && h("div", { class: "card-subtitle" }, words(block.subtitle, ctx)),
    block.body && h("div", { class: "text" }, words(block.body, ctx)),
    block.subtext && h("div", { class: "card-subtitle" }, words(block.subtext, ctx)),
    block.actions && h("div", { class: "actions" }, block.actions.map((e) => renderElement(block, e, ctx))));
}

function container(block, ctx) {
  return h("div", { class: "block container" },
    block.title && h("div", { class: "card-title" }, words(block.title, ctx)),
    block.subtitle && h("div", { class: "card-subtitle" }, words(block.subtitle, ctx)),
    renderBlocks(block.child_blocks ?? block.elements, ctx));
}

const TASK_WORDS = { pending: "Waiting", in_progress: "Under way", complete: "Done", error: "Error" };

function task(block, ctx) {
  const status = block.status ?? "pending";
  return h("div", { class: `block task ${status}` },
    h("span", { class: "task-status" }, TASK_WORDS[status] ?? status), h("span", { class: "task-title" }, block.title),
    block.details?.nodes && h("div", { class: "text" }, renderNodes(block.details.nodes, ctx.names)));
}

const rich = (block, ctx) => h("div", { class: "block text rich" }, renderNodes(block.nodes, ctx.names));

const BLOCKS = {
  section, context, actions, input, table, card, container,
  context_actions: actions,
  carousel: container,
  data_table: table,
  image: imageBlock,
  rich_text: rich,
  markdown: rich,
  task_card: task,
  header: (block, ctx) => h("h3", { class: "block header" }, words(block.text, ctx)),
  divider: () => h("hr", { class: "block divider" }),
  alert: (block, ctx) => h("div", { class: "block alert", role: "note" }, words(block.text, ctx)),
  plan: (block, ctx) => h("div", { class: "block container" }, h("div", { class: "card-title" }, block.title), (block.tasks ?? []).map((t) => task(t, ctx))),
};
