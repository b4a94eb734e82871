// Reads the page's changing part again until the run has ended; what is opened or scrolled stays so.
const content = document.getElementById("content");

function countUp() {
  for (const time of content.querySelectorAll("time[data-since]")) {
    time.textContent = `${Math.max(0, (Date.now() - Date.parse(time.dataset.since)) / 1000).toFixed(0)} s`;
  }
}

function replace(html) {
  const known = new Map([...content.querySelectorAll("details[id]")].map((part) => [part.id, part.open]));
  const scrolled = new Map([...content.querySelectorAll("details[id] pre")].map((pre) => [pre.parentElement.id, pre.scrollTop]));
  const next = new DOMParser().parseFromString(html, "text/html").body;
  for (const part of next.querySelectorAll("details[id]")) {
    if (known.has(part.id)) part.open = known.get(part.id);
  }
  const focused = document.activeElement?.closest("details[id]")?.id;
  content.replaceChildren(...next.childNodes);
  for (const [id, top] of scrolled) {
    const pre = document.getElementById(id)?.querySelector("pre");
    if (pre) pre.scrollTop = top;
  }
  if (focused) document.getElementById(focused)?.querySelector("summary")?.focus({ preventScroll: true });
  countUp();
}

async function follow(path) {
  let shown = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 3000 : 700));
    try {
      const answer = await fetch(path, { cache: "no-store" });
      if (answer.status === 403 || answer.status === 404) return;
      const html = await answer.text();
      if (answer.ok && html !== shown) replace(html);
      shown = html;
      if (answer.headers.get("X-Ended") === "1") return;
    } catch {
      // The platform is down for a moment; it is asked again.
    }
    countUp();
  }
}

countUp();
if (content.dataset.live) follow(content.dataset.live);
