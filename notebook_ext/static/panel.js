// Shared by the panels of a run and the home: shows the HTML that Python rendered, in place, and the clock that ticks between updates.

/** Makes `target`'s children look like `html` and keeps what need not change: focus, selection, opened details. */
function morph(target, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  morphChildren(target, template.content);
}

function morphChildren(target, source) {
  const wanted = [...source.childNodes];
  wanted.forEach((node, index) => {
    const present = target.childNodes[index];
    if (!present) target.append(node);
    else if (!alike(present, node)) present.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) morphElement(present, node);
    else if (present.nodeValue !== node.nodeValue) present.nodeValue = node.nodeValue;
  });
  while (target.childNodes.length > wanted.length) target.lastChild.remove();
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

function morphElement(target, source) {
  for (const { name } of [...target.attributes]) {
    // Whether details are open is the reader's choice once they are there.
    if (!source.hasAttribute(name) && name !== "open") target.removeAttribute(name);
  }
  for (const { name, value } of [...source.attributes]) {
    if (target.getAttribute(name) !== value && !(name === "open")) target.setAttribute(name, value);
  }
  morphChildren(target, source);
}

/** As `zof_core.wording.duration_text` words it. */
function durationText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** As `zof_core.wording.left_text` words it. */
function leftText(seconds) {
  if (!(seconds > 0 && seconds < 86400)) return "";
  if (seconds < 10) return "a few seconds left";
  if (seconds <= 50) return `about ${Math.ceil(seconds / 10) * 10} s left`;
  const minutes = Math.max(1, Math.floor(seconds / 60 + 0.5));
  return minutes < 90 ? `about ${minutes} min left` : `about ${Math.floor(seconds / 3600 + 0.5)} h left`;
}

/**
 * Mounts the panel of a run into `host`; it follows the model's `panel` trait: {html, now}, now in seconds of the kernel's clock.
 * Returns the clean-up.
 */
function mountRun(model, host) {
  let skew = 0;
  const tick = () => {
    for (const clock of host.querySelectorAll("[data-since]")) {
      clock.textContent = durationText(Date.now() / 1000 + skew - Number(clock.dataset.since));
    }
    for (const left of host.querySelectorAll("[data-until]")) {
      const text = leftText(Number(left.dataset.until) - Date.now() / 1000 - skew);
      if (left.textContent !== text) left.textContent = text;
    }
  };
  const show = () => {
    const { html = "", now } = model.get("panel") || {};
    if (now) skew = now - Date.now() / 1000;
    morph(host, html);
    tick();
    host.hidden = !html;
  };
  const onClick = (event) => {
    const button = event.target.closest("[data-zof=cancel], [data-zof=save]");
    if (!button) return;
    button.disabled = true;
    if (button.dataset.zof === "save") return ask(model, host, { op: "save", id: button.dataset.id });
    button.textContent = "Cancelling …";
    ask(model, host, { op: "cancel" });
  };
  const onFile = (message, buffers) => {
    if (!message || (message.op !== "file" && message.op !== "unsaved")) return;
    const button = [...host.querySelectorAll("[data-zof=save]")].find((one) => one.dataset.id === message.id);
    if (!button) return;
    const asked = button.disabled;
    button.disabled = false;
    // All views hear it; one has asked.
    if (asked && message.op === "file") saveFile(message, buffers[0]);
    if (asked && message.op === "unsaved") button.closest(".zof-artifacts").insertAdjacentHTML("beforeend", message.html);
  };
  show();
  const timer = setInterval(tick, 1000);
  model.on("change:panel", show);
  model.on("msg:custom", onFile);
  host.addEventListener("click", onClick);
  return () => {
    clearInterval(timer);
    model.off("change:panel", show);
    model.off("msg:custom", onFile);
    host.removeEventListener("click", onClick);
  };
}
