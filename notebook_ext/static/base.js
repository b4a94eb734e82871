// Shared by panels: elements, and how a view speaks to the kernel.

function made(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function buttonOf(text, onClick) {
  const button = made("button", { type: "button", class: "zof-button" }, text);
  button.addEventListener("click", onClick);
  return button;
}

/** Sends a message to the kernel, and says so if it does not take it: a blocking cell keeps some kernels from hearing us. */
function ask(model, host, message) {
  const note = document.createElement("div");
  note.className = "zof-hint";
  note.setAttribute("role", "status");
  note.textContent = "The kernel is busy. This will act when the running cell ends.";
  const late = setTimeout(() => host.after(note), 1500);
  const heard = (reply) => {
    if (!reply || reply.op !== "heard") return;
    clearTimeout(late);
    note.remove();
    model.off("msg:custom", heard);
  };
  model.on("msg:custom", heard);
  model.send(message);
}

/** Tells the kernel of a view that came and, when called, that it went: a panel nobody looks at is closed. */
function announce(model, view = Math.random().toString(36).slice(2)) {
  model.send({ op: "hello", view });
  return () => model.send({ op: "bye", view });
}

function root(el) {
  el.classList.add("zof", "zof-live");
  // Else the notebook's own shortcuts act on keys pressed on our buttons.
  el.dataset.lmSuppressShortcuts = "true";
  return el;
}
