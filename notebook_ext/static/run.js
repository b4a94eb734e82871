// The panel of one run.

export default {
  render({ model, el }) {
    const host = document.createElement("div");
    root(el).append(host);
    const unmount = mountRun(model, host);
    const leave = announce(model, el);
    return () => {
      unmount();
      leave();
    };
  },
};
