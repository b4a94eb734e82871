// A table with its tools: everything but the rows in sight comes from Python as one `state`, and is shown as it says.

export default {
  render({ model, el }) {
    const view = Math.random().toString(36).slice(2);
    const title = made("strong", { class: "zof-title" });
    const where = made("code", {});
    const count = made("span", { class: "zof-where", role: "status" });
    const actions = made("span", { class: "zof-actions" });
    const search = made("input", { type: "search", class: "zof-search", placeholder: "Search", "aria-label": "Search the table" });
    const save = buttonOf("Download CSV", () => { save.disabled = true; tell({ op: "csv" }); });
    const head = made("div", { class: "zof-head" }, title, where, count, made("span", { class: "zof-gap" }), actions, search, save);
    const filters = made("div", { class: "zof-filters", role: "group", "aria-label": "Filters" });
    const notice = made("div", { class: "zof-notice zof-warning", role: "alert" });
    const sheet = made("div", {});
    const hint = made("span", {});
    const busy = made("span", { role: "status" });
    const more = buttonOf("", () => tell({ op: "more" }));
    const foot = made("div", { class: "zof-foot" }, hint, made("span", { class: "zof-gap" }), busy, more);
    const detail = made("section", { class: "zof-detail", tabindex: "-1", "aria-label": "Details" });
    const section = made("section", { class: "zof-run zof-neutral", role: "region" }, head, filters, notice, sheet, detail, foot);
    root(el).append(section);
    detail.hidden = true;

    const tell = (message) => ask(model, section, { ...message, view });
    const grid = mountGrid(model, sheet, "Rows", tell);
    const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };
    const choices = (select, listed, value) => {
      const wanted = JSON.stringify(listed);
      if (select.dataset.listed !== wanted) {
        select.dataset.listed = wanted;
        select.replaceChildren(...listed.map(([key, text]) => made("option", { value: key }, text)));
      }
      if (select.value !== value) select.value = value;
    };
    const showFilters = (listed) => {
      const keys = listed.map((one) => one.key).join();
      if (filters.dataset.keys !== keys) {
        filters.dataset.keys = keys;
        filters.replaceChildren(...listed.map(({ key, label, choices: some }) => {
          const control = some ? made("select", {}) : made("input", { type: "date" });
          control.dataset.key = key;
          control.addEventListener("change", () => tell({ op: "filter", key, value: control.value }));
          return made("label", { class: "zof-field" }, made("span", { class: "zof-label" }, label), control);
        }));
      }
      for (const { key, choices: some, value } of listed) {
        const control = filters.querySelector(`[data-key="${key}"]`);
        if (some) choices(control, some, value); else if (control.value !== value) control.value = value;
      }
      filters.hidden = !listed.length;
    };
    const showActions = (listed) => {
      const keys = listed.map((one) => one.op).join();
      if (actions.dataset.keys !== keys) {
        actions.dataset.keys = keys;
        actions.replaceChildren(...listed.map(({ op }) => buttonOf("", () => { tell({ op }); grid.focus(); })));
      }
      listed.forEach(({ label, off }, at) => { say(actions.children[at], label); actions.children[at].disabled = Boolean(off); });
    };
    const showNotice = (text) => {
      notice.hidden = !text;
      if (notice.dataset.text === text) return;
      notice.dataset.text = text;
      const again = buttonOf("Try again", () => { again.disabled = true; tell({ op: "again" }); });
      notice.replaceChildren(made("span", {}, text), made("span", { class: "zof-gap" }), again);
    };
    const show = () => {
      const state = model.get("state");
      if (!state.columns) return;
      // Details are of a row of what was shown before.
      if (section.getAttribute("aria-label") !== state.title || where.textContent !== state.where) detail.hidden = true;
      section.setAttribute("aria-label", state.title);
      say(title, state.title);
      say(where, state.where);
      where.hidden = !state.where;
      say(count, state.counted);
      say(hint, state.hint);
      say(busy, state.busy);
      say(more, state.more);
      more.hidden = !state.more;
      if (document.activeElement !== search && search.value !== state.search) search.value = state.search;
      showFilters(state.filters);
      showActions(state.actions);
      showNotice(state.notice);
      grid.show();
    };
    const showDetail = ({ title: text, fields }) => {
      const list = made("dl", {}, ...fields.flatMap(([name, value]) => [
        made("dt", {}, name),
        made("dd", {}, /\n|.{120}/.test(value) ? made("pre", { dir: "auto", tabindex: "0" }, value) : made("span", { dir: "auto" }, value)),
      ]));
      detail.replaceChildren(made("div", { class: "zof-head" }, made("strong", { dir: "auto" }, text), made("span", { class: "zof-gap" }), buttonOf("Close", hideDetail)), list);
      detail.hidden = false;
      detail.focus();
    };
    const hideDetail = () => { detail.hidden = true; grid.focus(); };
    let parts = [];
    const takeCsv = async ({ part, parts: all, name }, buffers) => {
      if (part === 0) parts = [];
      parts.push(buffers[0]);
      say(save, part + 1 < all ? `${Math.floor((100 * (part + 1)) / all)} %` : "Download CSV");
      if (part + 1 < all) return;
      const plain = new Blob(parts).stream().pipeThrough(new DecompressionStream("gzip"));
      parts = [];
      saveFile({ name, type: "text/csv" }, await new Response(plain).blob());
      save.disabled = false;
    };
    const onMessage = (message, buffers) => {
      if (!message) return;
      if (message.op === "rows") grid.take(message);
      else if (message.view !== view) return;
      else if (message.op === "detail") showDetail(message);
      else if (message.op === "csv") takeCsv(message, buffers);
    };

    let typed = 0;
    search.addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(() => tell({ op: "search", text: search.value }), 150);
    });
    search.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === "ArrowDown") grid.focus(); });
    detail.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); hideDetail(); } });
    model.on("change:state", show);
    model.on("msg:custom", onMessage);
    const leave = announce(model, el, view);
    show();
    return () => {
      clearTimeout(typed);
      grid.stop();
      model.off("change:state", show);
      model.off("msg:custom", onMessage);
      leave();
    };
  },
};
