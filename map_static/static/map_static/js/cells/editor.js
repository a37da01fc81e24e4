// What is chosen and which tool is in hand; every edit goes through here to the draft.
import { notice, gone, tell } from "../notices.js";
import { t } from "../words.js";
import { Borders } from "./borders.js";
import { CellsMap, named } from "./cells_map.js";
import { OFFLINE, SENDING, STALE } from "./draft.js";
import { Handles } from "./handles.js";
import { Pen } from "./pen.js";
import { Snapping } from "./snapping.js";

/** How near a street a corner goes onto it, in pixels; never farther than so many metres. */
const NEAR_PIXELS = 12;
const NEAR_METRES = 25;

export class Editor {
  #snapping = new Snapping();
  #render;
  #says;
  #settled;

  /**
   * `render()` draws the panel and the tools anew; `says(sentence)` speaks to screen readers;
   * `settled()` when a cell was chosen on the map or made by an edit.
   */
  constructor(element, { render, says, settled }) {
    this.#render = render;
    this.#says = says;
    this.#settled = settled;
    this.draft = null;
    this.chosen = new Set();
    this.tool = null;
    this.snaps = true;
    /** While two divisions are beside each other, no tool is in hand. */
    this.resting = false;
    this.borders = new Borders([]);
    this.map = new CellsMap(element, {
      clicked: (key, place) => this.#clicked(key, place),
      zoomed: () => this.tool === "move" && this.refresh(),
    });
    const snap = (place) => this.#snap(place);
    this.pen = new Pen(
      this.map,
      {
        drawn: (corners) => this.#drawn(corners),
        given: () => this.take(null),
        says,
        drawing: () => render(),
      },
      snap,
    );
    this.handles = new Handles(
      this.map,
      { edit: (edit) => this.edit(edit), picked: (at) => this.#picked(at), says },
      snap,
    );
  }

  get answer() {
    return this.draft?.answer ?? null;
  }

  get editable() {
    return this.answer?.state === "draft" && !this.resting;
  }

  get cells() {
    return this.answer?.cells.features.map(({ properties }) => properties) ?? [];
  }

  cell(key) {
    return this.cells.find((cell) => cell.key === key) ?? null;
  }

  /** A cell's number and name, as people say it. */
  named = (key) => {
    const cell = this.cell(key);
    return cell ? named(cell) : "";
  };

  /** The one chosen cell, or null where none or several are. */
  get one() {
    return this.chosen.size === 1 ? this.cell([...this.chosen][0]) : null;
  }

  open(draft) {
    this.draft = draft;
    this.tool = null;
    this.chosen = new Set();
  }

  snapTo(features) {
    this.#snapping = new Snapping(features);
  }

  #snap(place) {
    if (!this.snaps) return { at: place, name: null };
    const within = Math.min(this.map.metresOf(NEAR_PIXELS), NEAR_METRES);
    return this.#snapping.nearest(place, within) ?? { at: place, name: null };
  }

  /** The draft has another answer or state: draw it. */
  changed({ anew }) {
    if (anew) {
      const { features } = this.answer.cells;
      this.borders = new Borders(
        features.map(({ properties, geometry }) => ({ key: properties.key, geometry })),
      );
      this.map.show(this.answer.cells);
      this.map.flaws([...this.answer.verdict.gaps, ...this.answer.verdict.overlaps]);
      const known = new Set(this.cells.map(({ key }) => key));
      this.chosen = new Set([...this.chosen].filter((key) => known.has(key)));
    }
    this.#troubles();
    this.refresh();
  }

  #troubles() {
    const { state, waiting, fresh } = this.draft;
    document.body.classList.toggle("is-sending", state === SENDING);
    for (const key of ["offline", "stale"]) gone(key);
    const again = () => this.#run(() => this.draft.again());
    if (state === OFFLINE && waiting) {
      notice("offline", t("cells.not_sent"), { label: t("cells.send_again"), act: again });
    } else if (state === STALE && !fresh) {
      const act = () => this.#run(() => this.draft.load());
      notice("stale", t("cells.stale"), { label: t("cells.load_anew"), act });
    } else if (state === STALE) {
      notice("stale", t("cells.edit_waits"), { label: t("cells.edit_again"), act: again });
    }
  }

  /** Send what waits, as soon as there is a network again. */
  again() {
    return this.draft?.state === OFFLINE ? this.#run(() => this.draft.again()) : false;
  }

  /** Take a tool in hand, or none. */
  take(tool) {
    this.pen.stop();
    this.handles.stop();
    this.tool = this.editable ? tool : null;
    if (tool !== "merge" && this.chosen.size > 1) this.chosen = new Set();
    if (this.tool) this.#says(this.hint);
    this.refresh();
    this.#hold();
  }

  /** The keys go to what the tool works on. */
  #hold() {
    if (["split", "move"].includes(this.tool)) this.handles.focus();
    else if (this.tool === "draw") this.map.map.getContainer().focus({ preventScroll: true });
  }

  /** What there is to do now, for the bar above the map. */
  get hint() {
    const cell = this.one;
    if (this.tool === "draw") return t("cells.hint_draw");
    if (this.tool === "merge") return t(this.chosen.size > 1 ? "cells.hint_merge" : "cells.hint_merge_first");
    if (!this.tool) return "";
    return cell
      ? t(`cells.hint_${this.tool}`, { cell: this.named(cell.key) })
      : t(`cells.hint_${this.tool}_first`);
  }

  /** Draw what depends on what is chosen and which tool is in hand. */
  refresh() {
    const offered =
      this.tool === "merge" ? [...this.chosen].flatMap((key) => this.borders.neighbours(key)) : [];
    this.map.choose(this.chosen, offered);
    const cell = this.one;
    // While an edit is on its way the tool rests: the borders are about to be others.
    if (this.draft?.state !== SENDING) this.#prepare(cell);
    this.#render();
  }

  #prepare(cell) {
    if (this.tool === "move") {
      if (!cell) this.handles.stop();
      else if (!this.handles.busy) this.handles.toMove(this.borders.corners(cell.key), this.named);
    } else if (this.tool === "split" && cell && !this.pen.active) {
      this.pen.start();
      this.handles.toPick(this.borders.corners(cell.key));
    } else if (this.tool === "draw" && !this.pen.active) this.pen.start({ ring: true });
  }

  /** Choose a cell; with Merge in hand it is added or taken away. */
  choose(key) {
    if (this.tool === "merge") {
      if (!this.chosen.delete(key)) this.chosen.add(key);
    } else {
      if (this.tool === "split") {
        this.pen.stop();
        this.handles.stop();
      }
      this.chosen = new Set(key === null ? [] : [key]);
    }
    this.refresh();
    this.#hold();
  }

  #clicked(key, place) {
    if (this.pen.active) this.pen.add(place);
    else if (key !== null || !this.tool) {
      this.choose(key);
      this.#settled();
    }
  }

  // A line from corner to corner of the border is whole with the second one.
  #picked(at) {
    const began = this.pen.picked;
    this.pen.add(at, { picked: true });
    if (began && this.pen.enough) this.pen.finish();
    else this.#says(t("cells.picked"));
  }

  #drawn(corners) {
    this.handles.stop();
    if (this.tool === "split") this.edit({ kind: "split", key: this.one.key, line: corners });
    else this.edit({ kind: "draw", ring: [...corners, corners[0]] });
  }

  merge() {
    if (this.chosen.size < 2) return false;
    if (!this.borders.together(this.chosen)) {
      notice("request", t("cells.not_neighbours"));
      return false;
    }
    return this.edit({ kind: "merge", keys: [...this.chosen] });
  }

  /** Send an edit; what the server refuses is told in its words. Gives whether it was taken. */
  async edit(edit) {
    const { draft } = this;
    const before = new Set(this.cells.map(({ key }) => key));
    const taken = await this.#run(() => draft.edit({ ...edit, snap: this.snaps }));
    // Another one was opened meanwhile: its cells are none of this.
    if (draft !== this.draft) return taken;
    this.map.preview([]);
    if (!taken) {
      this.refresh();
      return false;
    }
    const made = this.cells.filter(({ key }) => !before.has(key));
    if (["split", "draw", "merge"].includes(edit.kind)) {
      const kept = edit.kind === "merge" ? this.cells.filter(({ key }) => edit.keys.includes(key)) : [];
      this.chosen = new Set([...made, ...kept].slice(0, 1).map(({ key }) => key));
      this.take(null);
      this.#settled();
    }
    this.#says(t(`cells.done_${edit.kind}`, { n: this.cells.length }));
    return true;
  }

  undo() {
    return this.#step("undo");
  }

  redo() {
    return this.#step("redo");
  }

  async #step(which) {
    if (!this.editable || !this.answer[`can_${which}`]) return;
    if (await this.#run(() => this.draft[which]())) this.#says(t(`cells.done_${which}`));
  }

  async #run(act) {
    gone("request");
    try {
      return await act();
    } catch (error) {
      if (["sign_in_required", "offline"].includes(error.code)) tell(error, () => this.again());
      else notice("request", error.message);
      this.#says(error.message);
      return false;
    }
  }
}
