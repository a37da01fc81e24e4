// Incidents of the time that is looked at as a density: the library comes when the layer is used.
import { givenUp, Latest } from "./api.js";
import { densest, KERNEL, pixelsOf } from "./heat_kernel.js";
import { gone, notice, tell } from "./notices.js";
import { dayBefore } from "./series.js";
import { t } from "./words.js";

/** Cases that were none. */
const NONE = ["declined", "merged"];

/** The places of events among the rows of cases/map/, [longitude, latitude]. */
export function incidents({ fields, cases, categories }) {
  const of = Object.fromEntries(fields.map((name, nth) => [name, nth]));
  return cases
    .filter((row) => categories[row[of.category]]?.topic === "event" && !NONE.includes(row[of.state]))
    .map((row) => [row[of.lon], row[of.lat]]);
}

/** Days that the server is asked for: the `days` up to and with `day`. */
export function period({ days, day }, today) {
  const last = day ?? today;
  return { since: dayBefore(last, days - 1), until: last };
}

export function startHeat(ctx) {
  const { state, view, map } = ctx;
  const latest = new Latest();
  let known = null;
  let places = [];

  async function update({ again = false } = {}) {
    if (again) known = null;
    if (!view.shows("heat")) return clear();
    const box = map.beyond(known);
    if (!box) return draw();
    try {
      const bbox = box.map((n) => n.toFixed(6)).join();
      const found = await latest.get("cases/map/", { ...period(state.now, ctx.start().today), bbox });
      if (!view.shows("heat")) return undefined;
      known = box;
      places = incidents(found);
      gone("heat");
      if (!places.length) notice("heat", t("heat.none"));
      await draw();
    } catch (error) {
      if (error.code === "too_many") {
        clear();
        notice("heat", t("heat.too_many"));
      } else if (!givenUp(error)) tell(error, () => update({ again: true }));
    }
    return undefined;
  }

  async function draw() {
    const { lat } = map.place();
    await map.heat(places, {
      radius: Math.max(6, pixelsOf(KERNEL, lat, map.zoom)),
      most: densest(places),
      colours: view.colours.heat,
      opacity: view.alpha("heat"),
    });
    if (!view.shows("heat")) map.heat(null);
  }

  function clear() {
    latest.stop();
    gone("heat");
    known = null;
    map.heat(null);
  }

  return {
    begin: () => update(),
    moved: () => map.begun && ctx.start() && update(),
    recoloured: () => view.shows("heat") && ctx.start() && draw(),
    changed(now, before) {
      const other = now.days !== before.days || now.day !== before.day;
      if (other || now.layers !== before.layers || now.opacity !== before.opacity) update({ again: other });
    },
  };
}
