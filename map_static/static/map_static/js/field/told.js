// What the member is told of handovers, leaves and rounds. Kept nowhere: without a network the home
// screen shows what came last since the app was opened, or nothing.

export class Told extends EventTarget {
  /** [{about, id, text, page}], the latest first. */
  rows = [];
  #seen = 0;

  /** @param {{transport: import("./transport.js").Transport}} parts */
  constructor({ transport }) {
    super();
    this.transport = transport;
  }

  /** Ask anew; what is known stays where no answer comes. */
  async ask() {
    const seen = this.#seen;
    const { kind, body } = await this.transport.told();
    // An answer from before one was seen would bring it back.
    if (seen !== this.#seen) return;
    if (kind === "ok" && Array.isArray(body.notices)) this.#now(body.notices);
  }

  /** The member has seen one. True when the server knows; without a network it stays. */
  async seen({ about, id }) {
    const { kind } = await this.transport.toldSeen(about, id);
    if (kind !== "ok") return false;
    this.#seen += 1;
    this.#now(this.rows.filter((row) => row.about !== about || row.id !== id));
    return true;
  }

  #now(rows) {
    const same = JSON.stringify(rows) === JSON.stringify(this.rows);
    this.rows = rows;
    if (!same) this.dispatchEvent(new Event("change"));
  }
}
