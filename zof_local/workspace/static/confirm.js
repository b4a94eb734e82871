// The question before an action.

import { h, uid } from "./dom.js";
import { renderNodes } from "./text.js";

export function confirmFirst(dialog, names) {
  if (!dialog) return Promise.resolve(true);
  return new Promise((resolve) => {
    const title = uid("confirm");
    const done = (answer) => { box.close(); box.remove(); resolve(answer); };
    const no = h("button", { type: "button", class: "button", onClick: () => done(false) }, renderNodes(dialog.deny.nodes, names));
    const yes = h("button", { type: "button", class: `button ${dialog.style ?? "primary"}`, onClick: () => done(true) }, renderNodes(dialog.confirm.nodes, names));
    const box = h(
      "dialog",
      { class: "dialog confirm", role: "alertdialog", "aria-labelledby": title, onCancel: (event) => { event.preventDefault(); done(false); } },
      h("h2", { id: title }, renderNodes(dialog.title.nodes, names)),
      h("div", { class: "text" }, renderNodes(dialog.text.nodes, names)),
      h("div", { class: "dialog-buttons" }, no, yes),
    );
    document.body.append(box);
    box.showModal();
    no.focus();
  });
}
