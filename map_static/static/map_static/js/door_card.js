// The card of a building with doors to visit: which they are, and one more for today's list.
import { givenUp, Latest, post } from "./api.js";
import { open } from "./card.js";
import { el } from "./dom.js";
import { explain } from "./notices.js";
import { count, dayName, t } from "./words.js";

export class DoorCard {
  #latest = new Latest();

  /** `changed` is told when a visit came to another day. */
  constructor({ close, changed }) {
    this.close = close;
    this.changed = changed;
  }

  /** A feature {id, geometry} of the map. */
  async open(found) {
    const { overdue, today, later } = found.properties;
    const title = count("door.number", overdue + today + later);
    open(title, this.close, el("div", { class: "skeleton row" }), el("div", { class: "skeleton row" }));
    try {
      const { address, doors } = await this.#latest.get(`care/doors/${found.id}/`);
      const [lon, lat] = found.geometry.coordinates;
      const from = new URLSearchParams({ until: "week", lon: lon.toFixed(5), lat: lat.toFixed(5) });
      open(
        address,
        this.close,
        el("ul", { class: "doors" }, doors.map((door) => this.#row(door))),
        el("div", { class: "column" }, el("a", { class: "button wide", href: `/care/?${from}` }, t("door.list"))),
      );
    } catch (error) {
      if (givenUp(error)) return;
      const again = { type: "button", class: "button", onclick: () => this.open(found) };
      const what = el("p", {}, explain(error));
      open(title, this.close, el("div", { class: "empty" }, what, el("button", again, t("state.retry"))));
    }
  }

  /** Something else is shown: an answer under way comes too late. */
  leave() {
    this.#latest.stop();
  }

  #row({ visit, plan, inside, planned_for: day, when }) {
    const told = el("p", { class: when === "overdue" ? "warn" : "quiet", role: "status" });
    told.textContent = when === "later" ? `${t("door.later")}: ${dayName(day)}` : t(`door.${when}`);
    const record = el("a", { class: "button primary", href: `/care/visits/${visit}/` }, t("door.record"));
    const add = el("button", { type: "button", class: "button" }, t("door.add"));
    add.addEventListener("click", async () => {
      add.disabled = true;
      try {
        await post("care/planned/", { plan });
        told.textContent = t("door.added");
        add.remove();
        this.changed();
      } catch (error) {
        told.textContent = error.status >= 400 && error.status < 500 ? error.message : explain(error);
        add.disabled = false;
      }
    });
    return el("li", {}, el("h3", {}, inside || t("door.whole")), told, record, when === "later" && add);
  }
}
