// What hangs in the map page besides its own parts. A feature is a module with one function
// start<Feature>(ctx), called once when the page stands and before anything was asked. It may give
// back what it wants to be told of, all of it optional:
//
//   known()               what is looked at is known; what will lie over the map shows itself
//   begin(start)          the first answer is here and the map has a place
//   changed(now, before)  the reader changed something (js/state.js); after the page itself did
//   moved(place)          the map was moved or zoomed to {zoom, lat, lng}
//   took(place)           a click at {lon, lat}: true when it was meant for the feature
//   recoloured()          another look was chosen
//   heard(layers)         {coverage, cases, lamps}: communities in which something changed; null: any
//   ticked(kind, id, on)  one was ticked in a list, to be selected; selected({kind: ids}) after it
//   drew()                other points than before may be on the screen
//
// Sentences: a module map_static/<feature>_words.py, merged in words.py. What belongs in the
// address: a module like those in EXTRAS of js/state.js.

import { startCompare } from "./compare.js";
import { startCoverageCells } from "./coverage_cells.js";
import { startHeat } from "./heat.js";
import { startInSight } from "./in_sight.js";
import { startLayerLooks } from "./layer_looks.js";
import { startMapTools } from "./map_tools.js";
import { startMeasure } from "./measure.js";
import { startOwnFiles } from "./own_files.js";
import { startPrint } from "./print.js";
import { startLive } from "./live_map.js";
import { startSavedViews } from "./saved_views.js";
import { startSearch } from "./search.js";
import { startSelect } from "./select.js";
import { startTimeline } from "./timeline.js";
import { startTold } from "./told.js";

/** One line each; they are told and asked in this order. */
const FEATURES = [
  startSearch,
  startTimeline,
  startCompare,
  startSavedViews,
  startMeasure,
  startSelect,
  startCoverageCells,
  startHeat,
  startLayerLooks,
  startInSight,
  startOwnFiles,
  startMapTools,
  startPrint,
  startLive,
  startTold,
];

export class Features {
  #started;

  /** `ctx` is put together in main.js. */
  constructor(ctx, features = FEATURES) {
    this.#started = features.map((start) => start(ctx) ?? {});
  }

  tell(what, ...told) {
    for (const feature of this.#started) feature[what]?.(...told);
  }

  /** Whether a click was meant for one of them. */
  took(place) {
    return this.#started.some((feature) => feature.took?.(place));
  }
}
