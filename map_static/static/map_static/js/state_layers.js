// What the address keeps of layers beside their names: how opaque each is, and which cases are
// shown by their state. Pure; runs in Node's tests too.

/** States of cases as the map tells them apart, each with those of the server. */
export const CASE_STATES = {
  waiting: ["reported", "accepted"],
  work: ["dispatched", "in_progress"],
  hold: ["on_hold"],
  done: ["done", "verified", "closed"],
  declined: ["declined"],
};
const STATES = Object.keys(CASE_STATES);
/** Of what has ended there may be years: only what was reported in the time that is looked at. */
export const ENDED = ["done", "declined"];

/** Grounds lie under everything and would hide each other: one of them at a time. */
export const GROUNDS = ["coverage", "night", "care"];
/** How opaque a layer is that nobody changed, where it is not wholly. */
const USUALLY = { coverage: 0.7, night: 0.7, heat: 0.8 };

export const opacityOf = (opacity, layer) => opacity[layer] ?? USUALLY[layer] ?? 1;

/** The same with one layer changed; what is as usual is not kept. */
export function withOpacity(opacity, layer, share) {
  const { [layer]: _before, ...others } = opacity;
  return share === (USUALLY[layer] ?? 1) ? others : { ...others, [layer]: share };
}

/** Layers with one switched on or off, in the order given; a ground takes another one's place. */
export function switched(layers, layer, on, order) {
  const gives = on && GROUNDS.includes(layer) ? GROUNDS : [];
  return order.filter((each) => (each === layer ? on : layers.includes(each) && !gives.includes(each)));
}

/** "streets-60.cells-30" to {streets: 0.6, cells: 0.3}. */
function readOpacity(text) {
  const found = {};
  for (const part of (text ?? "").split(".")) {
    const [, layer, percent] = /^([a-z_]{3,20})-([1-9]0|100)$/.exec(part) ?? [];
    if (layer) Object.assign(found, withOpacity({}, layer, Number(percent) / 100));
  }
  return found;
}

function readStates(text) {
  if (text == null) return null;
  const asked = text.split(".");
  return STATES.filter((state) => asked.includes(state));
}

export const LAYER_STATE = {
  usual: {
    /** Share 0.1..1 by layer, where it is not the usual one. */
    opacity: {},
    /** The states whose cases are shown, coloured by state; null: open ones, by urgency. */
    states: null,
  },
  read: (given) => ({
    opacity: readOpacity(given.get("opacity")),
    states: readStates(given.get("states")),
  }),
  write: ({ opacity, states }) => {
    const shares = Object.entries(opacity ?? {}).sort();
    const written = shares.map(([layer, share]) => `${layer}-${Math.round(share * 100)}`);
    return [
      ...(written.length ? [`opacity=${written.join(".")}`] : []),
      ...(states ? [`states=${states.join(".")}`] : []),
    ];
  },
};
