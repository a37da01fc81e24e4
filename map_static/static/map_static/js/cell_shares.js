// Shares of cells for the map's ground: covered, or walked at night. Pure; runs in Node's tests.

/** Which class a share 0..1 is in: 0 below the first break, then one more at each. */
export const stepOf = (share, breaks) => breaks.filter((from) => share >= from).length;

/** The classes as [from, to], the highest first, for a legend. */
export const classes = (breaks) =>
  [0, ...breaks].map((from, nth) => [from, breaks[nth] ?? 1]).reverse();

/** What was answered, by code of the area; asked cell by cell when the map is drawn. */
export class CellShares {
  #answers = new Map();
  #shares = null;

  /** `covered` is the key of a row's metres that count. */
  constructor(covered) {
    this.covered = covered;
  }

  /** An area's answer with its `cells`; null where it may not be seen. */
  take(code, answer) {
    this.#answers.set(code, answer);
    this.#shares = null;
  }

  /** 0..1; null where the cell has no street, undefined while nothing is known. */
  of(code) {
    this.#shares ??= this.#joined();
    return this.#shares.get(code);
  }

  #joined() {
    const shares = new Map();
    for (const answer of this.#answers.values()) {
      for (const row of answer?.cells ?? []) {
        shares.set(row.code, row.metres > 0 ? row[this.covered] / row.metres : null);
      }
    }
    return shares;
  }
}
