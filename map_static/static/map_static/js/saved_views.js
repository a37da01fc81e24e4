// Sharing what is looked at: its link, and views saved by name.
import { givenUp, Latest, patch, post, takeBack } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { explain, tell } from "./notices.js";
import { t } from "./words.js";

export function startSavedViews(ctx) {
  const views = new SavedViews(ctx);
  return { begin: (start) => views.begin(start) };
}

class SavedViews {
  #ctx;
  #latest = new Latest();
  #views = [];

  constructor(ctx) {
    this.#ctx = ctx;
    this.said = el("p", { class: "hint", role: "status" });
    this.link = el("input", { type: "text", readonly: true, "aria-label": t("views.link") });
    this.list = el("ul", { class: "view-list" });
    this.body = el("div", { class: "popover-body" });
    this.root = el(
      "details",
      { id: "views", class: "popover" },
      el("summary", { class: "icon-button", "aria-label": t("views.head"), title: t("views.head") }, icon("share")),
      this.body,
    );
    this.root.addEventListener("toggle", () => this.root.open && this.#opened());
    byId("layers").after(this.root);
  }

  begin({ areas }) {
    this.name = el("input", { type: "text", id: "view-name", maxlength: 80, required: true, autocomplete: "off" });
    this.area = el(
      "select",
      { id: "view-area" },
      el("option", { value: "" }, t("views.own")),
      areas.map(({ code, name }) => el("option", { value: code }, t("views.members", { area: name }))),
    );
    this.save = el("button", { class: "button wide" }, t("views.save"));
    const form = el(
      "form",
      { class: "view-form" },
      el("label", { for: "view-name" }, t("views.name")),
      this.name,
      el("label", { for: "view-area" }, t("views.who")),
      this.area,
      this.save,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.body.replaceChildren(
      el("h2", {}, t("views.share")),
      el("div", { class: "view-link" }, this.link, el("button", { type: "button", class: "button", onclick: () => this.#copy() }, t("views.copy"))),
      this.said,
      el("h2", {}, t("views.save_head")),
      form,
      el("h2", {}, t("views.list")),
      this.list,
    );
  }

  #opened() {
    this.link.value = location.href;
    this.said.textContent = "";
    this.#load();
  }

  /** Without a clipboard (an address without https) the link is marked, to be copied by hand. */
  async #copy() {
    this.link.value = location.href;
    try {
      await navigator.clipboard.writeText(location.href);
      this.said.textContent = t("views.copied");
    } catch {
      this.link.focus();
      this.link.select();
      this.said.textContent = t("views.copy_by_hand");
    }
  }

  async #load() {
    try {
      this.#views = (await this.#latest.get("views/")).views;
      this.#show();
    } catch (error) {
      if (!givenUp(error)) tell(error, () => this.#load());
    }
  }

  #show() {
    const rows = this.#views.map((view) => this.#row(view));
    this.list.replaceChildren(...(rows.length ? rows : [el("li", { class: "hint" }, t("views.none"))]));
  }

  #row(view) {
    const link = el("a", { href: `/views/${view.id}/` }, view.name);
    link.addEventListener("click", (event) => {
      // Another part of the same page: the address alone would not load it.
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      if (location.hash === view.hash) this.root.open = false;
      else location.hash = view.hash;
    });
    if (!view.own) return el("li", {}, link, el("span", { class: "quiet" }, t("views.by", { name: view.owner })));
    const button = (key, picture, act) =>
      el("button", { type: "button", class: "icon-button", "aria-label": t(key, { name: view.name }), onclick: act }, icon(picture));
    return el(
      "li",
      {},
      link,
      view.shared_with && el("span", { class: "quiet" }, t("views.shared")),
      button("views.rename", "pencil", (event) => this.#rename(view, event.currentTarget.closest("li"))),
      button("views.delete", "close", () => this.#act(() => takeBack(`views/${view.id}/`))),
    );
  }

  #rename(view, row) {
    const input = el("input", { type: "text", value: view.name, maxlength: 80, required: true, "aria-label": t("views.name") });
    const form = el("form", { class: "view-rename" }, input, el("button", { class: "button" }, t("views.save_name")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#act(() => patch(`views/${view.id}/`, { name: input.value.trim() }));
    });
    row.replaceChildren(form);
    input.select();
  }

  async #save() {
    const view = { name: this.name.value.trim(), hash: location.hash || "#", shared_with: this.area.value };
    this.save.disabled = true;
    const saved = await this.#act(() => post("views/", view));
    this.save.disabled = false;
    if (!saved) return;
    this.name.value = "";
    this.said.textContent = t("views.saved", { name: view.name });
  }

  async #act(change) {
    try {
      await change();
    } catch (error) {
      this.said.textContent = explain(error);
      return false;
    }
    await this.#load();
    return true;
  }
}
