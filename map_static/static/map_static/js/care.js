// Counts of care by cell, as they were published. Pure; runs in Node's tests too.

/** Where each step of the colour begins; below the first one a count is not told. */
export const STEPS = [5, 10, 20];

/** The colour's step for a count {low, high}: 0 where it is not told, else 1, 2, 3. */
export const stepOf = ({ low, high }) =>
  low < STEPS[0] ? (high < STEPS[0] ? 0 : 1) : STEPS.filter((from) => low >= from).length;

/** What was answered, by code of the area that was asked about; null where it may not be seen. */
export class CareCounts {
  #answers = new Map();
  #rows = new Map();

  take(code, answer) {
    this.#answers.set(code, answer);
    this.#rows = new Map();
    for (const found of this.#answers.values()) {
      for (const row of found?.counts ?? []) this.#rows.set(row.code, row);
    }
  }

  /** Another day: nothing of the old week is shown beside the new one. */
  clear() {
    this.#answers.clear();
    this.#rows.clear();
  }

  /** {plans, due} of an area, each {low, high, shown}; null while it is not known. */
  of(code) {
    return this.#rows.get(code) ?? null;
  }

  /** The week that is shown, as the day of its Monday; null where nothing was published, and
   * undefined while no answer has come. */
  week(code) {
    const answer = this.#answers.get(code);
    return answer === undefined ? undefined : (answer?.week ?? null);
  }
}
