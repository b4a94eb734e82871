// The page API. Every refusal is one sentence.

export class Refusal extends Error {}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok || !body.ok) throw new Refusal(body.error ?? `The workspace answered with ${response.status}.`);
  return body;
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/page/api/${path}`, { credentials: "same-origin", ...options });
  } catch {
    throw new Refusal("The workspace does not answer: is it still running?");
  }
  return answer(response);
}

// This page, as long as it is open: a modal belongs to the page on which it was asked for, and goes with it.
const page = crypto.randomUUID();

export const get = (path, params) => call(`${path}?${new URLSearchParams({ ...params, page })}`, {});
export const post = (path, body, options = {}) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...body, page }), ...options });

addEventListener("pagehide", () => post("leave", {}, { keepalive: true }).catch(() => {}));
// Taken back from the browser's history as it was left, it would show what is gone.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// Server-sent events for one person: on(kind, data), onState(isOnline, isOver). The browser reconnects by
// itself and asks for what it missed.
export function listen(user, after, on, onState) {
  const source = new EventSource(`/page/api/events?${new URLSearchParams({ user, after, page })}`);
  for (const kind of ["message", "message_changed", "message_deleted", "views", "channel", "home", "delivery", "reset"])
    source.addEventListener(kind, (event) => on(kind, event.data ? JSON.parse(event.data) : {}));
  source.onopen = () => onState(true);
  // A closed source will not come back by itself: the workspace was started anew, with another token.
  source.onerror = () => onState(false, source.readyState === EventSource.CLOSED);
  return source;
}
