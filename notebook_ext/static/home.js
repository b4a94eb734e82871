// The home: shows what Python rendered, says when somebody can see it, and asks for it anew or for a run.

export default {
  render({ model, el }) {
    const host = document.createElement("div");
    root(el).append(host);
    const view = Math.random().toString(36).slice(2);
    let inView = false;
    let said = null;
    const tell = () => {
      const visible = inView && document.visibilityState === "visible";
      if (visible === said) return;
      said = visible;
      model.send({ op: "visible", view, visible });
    };
    const observer = new IntersectionObserver((entries) => {
      inView = entries.at(-1).isIntersecting;
      tell();
    });
    const onClick = (event) => {
      const look = event.target.closest("[data-zof=look], [data-zof=hide]");
      if (look) return ask(model, host, { op: look.dataset.zof, run: look.dataset.run || "" });
      const button = event.target.closest("[data-zof=refresh]");
      if (!button) return;
      button.disabled = true;
      button.textContent = "Reading …";
      ask(model, host, { op: "refresh" });
    };
    const unmount = mountRun(model, host);
    const leave = announce(model, el);
    observer.observe(el);
    document.addEventListener("visibilitychange", tell);
    host.addEventListener("click", onClick);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", tell);
      host.removeEventListener("click", onClick);
      model.send({ op: "visible", view, visible: false });
      unmount();
      leave();
    };
  },
};
