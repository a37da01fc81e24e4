// The ground of cells by their coverage: asks for the figures that the map needs.
import { Feed } from "./feed.js";
import { windowOf } from "./figures.js";
import { tell } from "./notices.js";

/** After how many seconds they are asked for again. */
const REFRESH = 300;

export function startCoverageCells({ state, view, map }) {
  const drawn = () => {
    if (view.shows("coverage")) map.redraw({ names: true });
  };
  const feed = new Feed("coverage/", windowOf(state.now), {
    got: (code, answer) => {
      view.covered.take(code, answer);
      drawn();
    },
    stale: drawn,
    failed: (error) => tell(error, () => feed.again()),
  });
  view.wantCovered = (code) => feed.want(code);
  return {
    begin() {
      feed.setWindow(windowOf(state.now));
      feed.start(REFRESH);
    },
    changed(now, before) {
      if (now.days !== before.days || now.day !== before.day) feed.setWindow(windowOf(now));
    },
  };
}
