// Elements, for the panels that make their own.

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
