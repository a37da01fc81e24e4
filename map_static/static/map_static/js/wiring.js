// What hangs where: lamps, what feeds each, and what can feed them. Pure; runs in Node's tests too.

/** Something that feeds lamps, {circuit, lamp}, as the value of a choice; a null lamp is the cabinet. */
export const keyOf = ({ circuit, lamp }) => `${circuit}:${lamp ?? ""}`;

export class Wiring {
  #fed = new Map();

  /** As /api/v1/circuits/wiring/ answers. */
  constructor({ circuits, lamps }) {
    this.circuits = new Map(circuits.map((circuit) => [circuit.id, circuit]));
    this.lamps = new Map(lamps.map((lamp) => [lamp.id, lamp]));
    for (const { id, from_lamp: before } of lamps) {
      if (before != null) this.#fed.set(before, [...(this.#fed.get(before) ?? []), id]);
    }
  }

  /** What feeds a lamp, or null where it hangs nowhere. */
  feeder(id) {
    const { circuit, from_lamp: lamp } = this.lamps.get(id);
    return circuit == null ? null : { circuit, lamp };
  }

  /** The lamps (ids) that are fed through this one. */
  behind(id) {
    const found = [id];
    for (const lamp of found) found.push(...(this.#fed.get(lamp) ?? [])); // grows while it is walked
    return found.slice(1);
  }

  /** Why a lamp cannot hang there: "self", "loose_on", "circle"; "same" where it does; else null. */
  hindrance(id, { circuit, lamp }) {
    if (lamp === id) return "self";
    if (circuit == null) return "loose_on";
    const now = this.feeder(id);
    if (now && keyOf(now) === keyOf({ circuit, lamp })) return "same";
    return lamp != null && this.behind(id).includes(lamp) ? "circle" : null;
  }

  /** The lamps of a circuit, or those that hang nowhere (null), by their numbers. */
  lampsOf(circuit) {
    const found = [...this.lamps.values()].filter((lamp) => lamp.circuit === circuit);
    return found.sort((a, b) => a.number.localeCompare(b.number, undefined, { numeric: true }));
  }

  /** The circuits, this one first. */
  order(first) {
    const found = [...this.circuits.values()];
    return [...found.filter(({ id }) => id === first), ...found.filter(({ id }) => id !== first)];
  }

  /**
   * The places on the map: {at, lamp, circuit}, the cabinets with a null lamp. One cabinet may feed
   * several circuits: it then stands for the one that `preferred` names first.
   */
  spots(preferred) {
    const boxes = new Map();
    for (const { id, at } of this.order(null)) {
      const better = preferred.indexOf(id) + 1 || Infinity;
      const held = boxes.get(String(at));
      if (!held || better < held.better) boxes.set(String(at), { at, lamp: null, circuit: id, better });
    }
    const lamps = [...this.lamps.values()].map(({ id, at, circuit }) => ({ at, lamp: id, circuit }));
    return [...lamps, ...[...boxes.values()].map(({ at, lamp, circuit }) => ({ at, lamp, circuit }))];
  }

  /** What to send so that a lamp hangs as it does now; null where it hangs nowhere. */
  asFed(id) {
    const { circuit, from_lamp: lamp, line, routed, metres } = this.lamps.get(id);
    if (circuit == null) return null;
    return {
      circuit,
      from_lamp: lamp,
      ...(routed && { line: { type: "LineString", coordinates: line } }),
      ...(metres != null && { metres }),
    };
  }
}

/** The nearest of some spots to a point {x, y}, within so many pixels, or null; `pixel` places one. */
export function nearest(spots, point, within, pixel) {
  let best = null;
  let least = within;
  for (const spot of spots) {
    const { x, y } = pixel(spot.at);
    const away = Math.hypot(x - point.x, y - point.y);
    if (away <= least) [best, least] = [spot, away];
  }
  return best;
}
