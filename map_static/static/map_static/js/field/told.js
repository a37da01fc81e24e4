// What the member is told of handovers, leaves and rounds. Kept nowhere: without a network the home
// screen shows what came last since the app was opened, or nothing.

export class Told extends EventTarget {
  /** [{about, id, text, page}], the latest first. */
  rows = [];

  /** @param {{transport: import("./transport.js").Transport}} parts */
  constructor({ transport }) {
    super();
    this.transport = transport;
  }

  /** Ask anew; what is known stays where no answer comes. */
  async ask() {
    const { kind, body } = await this.transport.told();
    if (kind === "ok" && Array.isArray(body.notices)) this.#now(body.notices);
  }

  /** The member has seen one. True when the server knows; without a network it stays. */
  async seen({ about, id }) {
    const { kind } = await this.transport.toldSeen(about, id);
    if (kind !== "ok") return false;
    this.#now(this.rows.filter((row) => row.about !== about || row.id !== id));
    return true;
  }

  #now(rows) {
    const same = JSON.stringify(rows) === JSON.stringify(this.rows);
    this.rows = rows;
    if (!same) this.dispatchEvent(new Event("change"));
  }
}
