// The map hears of walks, cases and lamps as they come in, and says when it does not.
import { byId, el } from "./dom.js";
import { Live } from "./live.js";
import { gone, notice } from "./notices.js";
import { absolute, t } from "./words.js";

/** All maps of an office hear at the same moment; each asks somewhere within so long (ms). */
const SPREAD = 1_000;
const POINTS_OF = { cases: "cases", lamps: "lamps" };

export function startLive(ctx) {
  const shown = el("span", { id: "live", class: "live", role: "status", hidden: true });
  document.querySelector(".panel-head .brand").after(shown);
  const live = new Live({ changed, missed, state });
  let waiting = null;
  let lostAt = null;

  function state(now) {
    shown.hidden = now === "off";
    shown.dataset.state = now;
    shown.textContent = now === "lost" ? t("live.lost") : t("live.live");
    shown.title = now === "live" ? t("live.live_hint") : "";
    if (now !== "lost") {
      lostAt = null;
      gone("live");
      return;
    }
    lostAt ??= new Date().toISOString();
    notice("live", t("live.lost_since", { time: absolute(lostAt) }), { label: t("state.retry"), act: again });
  }

  function again() {
    live.stop();
    live.start();
  }

  /** What came within a moment is asked for once. */
  function changed(layers) {
    const before = waiting;
    waiting = { ...before };
    for (const [layer, codes] of Object.entries(layers)) {
      waiting[layer] = [...new Set([...(waiting[layer] ?? []), ...codes])];
    }
    if (!before) setTimeout(ask, Math.random() * SPREAD);
  }

  function missed() {
    ctx.feed.again();
    load();
    ctx.light.again();
    for (const layer of ctx.pointLayers()) layer.update({ again: true });
    ctx.tell("heard", { coverage: null, cases: null, lamps: null });
  }

  function ask() {
    const layers = waiting;
    waiting = null;
    if (layers.coverage) {
      ctx.feed.again(layers.coverage);
      load();
    }
    if (layers.coverage || layers.lamps) ctx.light.again();
    for (const layer of ctx.pointLayers()) {
      if (Object.keys(layers).some((name) => POINTS_OF[name] === layer.name)) layer.update({ again: true });
    }
    ctx.tell("heard", layers);
  }

  /** The list is made anew; not under the hands of who is in it. */
  function load() {
    if (!byId("cells").contains(document.activeElement)) ctx.figures.load();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.start();
    else live.stop();
  });
  window.addEventListener("offline", () => live.offline());
  window.addEventListener("online", again);
  return {
    begin() {
      if (document.visibilityState === "visible") live.start();
    },
  };
}
