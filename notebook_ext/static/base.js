// Shared by all panels: how a view speaks to the kernel.

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
  model.send({ ...message, asks: true });
}

/** Gives the reader a file: bytes that the kernel has fetched. */
function saveFile({ name, type }, bytes) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.hidden = true;
  document.body.append(link); // VS Code saves files for clicks that it hears of at the document
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Enter in a field sends its form, as everywhere but in JupyterLab, which keeps it from that. */
function enterSubmits(host) {
  host.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.target.nodeName !== "INPUT") return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
}

/** Where a key is wanted: a field for one, which goes to the kernel in one message and stays in no state. */
function mountKey(model, el) {
  const host = document.createElement("div");
  el.prepend(host);
  const show = () => {
    const again = host.contains(document.activeElement);
    host.innerHTML = model.get("key_field") || "";
    if (again) host.querySelector("input")?.focus();
  };
  host.addEventListener("submit", (event) => {
    event.preventDefault();
    const input = host.querySelector("input");
    const key = input.value.trim();
    input.value = "";
    if (!key) return input.focus();
    host.querySelector("button").disabled = true;
    ask(model, host, { op: "key", key });
  });
  enterSubmits(host);
  show();
  model.on("change:key_field", show);
  return () => model.off("change:key_field", show);
}

/** Tells the kernel of a view that came and, when called, that it went: a panel nobody looks at is closed. */
function announce(model, el, view = Math.random().toString(36).slice(2)) {
  const unmount = mountKey(model, el);
  model.send({ op: "hello", view });
  return () => {
    unmount();
    model.send({ op: "bye", view });
  };
}

function root(el) {
  el.classList.add("zof", "zof-live");
  // Else the notebook's own shortcuts act on keys pressed on our buttons.
  el.dataset.lmSuppressShortcuts = "true";
  return el;
}
