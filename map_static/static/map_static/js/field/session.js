// Who uses this tablet, and whether the server knows it. The two may differ: a session ends while
// there is no network, and the work goes on; it is sent when the same member has signed in again.
import { STRICT } from "./db.js";

export const SIGN_IN = `/sign-in/?next=${encodeURIComponent("/field/")}`;
export const SECOND_FACTOR = `/account/second-factor/?next=${encodeURIComponent("/field/")}`;

export class Session extends EventTarget {
  /** @param {{tablet: import("idb").IDBPDatabase, transport: import("./transport.js").Transport}} parts */
  constructor({ tablet, transport, now = Date.now }) {
    super();
    Object.assign(this, { tablet, transport, now });
    /** {id, name} of who uses the tablet, or null. */
    this.member = null;
    /** "unknown" until the server was asked; "in", "out", or "other": somebody else is signed in. */
    this.state = "unknown";
    /** Who is signed in in this browser where it is somebody else: {id, name}. */
    this.other = null;
  }

  /** Who used the tablet last and did not sign out; needs no network. */
  async begin() {
    const current = await this.tablet.get("meta", "current");
    this.member = (current && (await this.tablet.get("members", current))) ?? null;
    return this.member;
  }

  /** All who have something on this tablet: [{id, name, last, unsent}]. */
  members() {
    return this.tablet.getAll("members");
  }

  /**
   * Ask the server. Gives the outcome's kind: "ok" when it answered, and then `state` is right.
   * A sign-out that was made without a network is done first.
   */
  async check() {
    let outcome = await this.transport.session();
    if (outcome.kind !== "ok") return outcome.kind;
    const owed = await this.tablet.get("meta", "sign_out_owed");
    if (owed) {
      if (outcome.body.member?.id === owed) {
        if (!(await this.transport.signOut())) return "offline";
        outcome = { body: { ...outcome.body, member: null } };
      }
      await this.tablet.delete("meta", "sign_out_owed");
    }
    const { member } = outcome.body;
    this.#served(outcome.body.version);
    if (!member) this.#now("out");
    else if (this.member && member.id !== this.member.id) this.#now("other", member);
    else {
      if (!this.member) await this.take(member);
      this.#now("in");
    }
    return "ok";
  }

  /** The server said 401 to something else. */
  ended() {
    this.#now("out");
  }

  /** This member uses the tablet from now on. */
  async take(member) {
    const { id, name } = member;
    const before = await this.tablet.get("members", id);
    const tx = this.tablet.transaction(["members", "meta"], "readwrite", STRICT);
    tx.objectStore("members").put({ unsent: 0, ...before, id, name, last: this.now() });
    tx.objectStore("meta").put(id, "current");
    await tx.done;
    this.member = { id, name };
  }

  /** How much of this member's waits on this tablet; shown to whoever opens it next. */
  async noteUnsent(unsent) {
    if (!this.member) return;
    const row = await this.tablet.get("members", this.member.id);
    if (row && row.unsent !== unsent) await this.tablet.put("members", { ...row, unsent });
  }

  /**
   * Nobody uses the tablet any more. The browser's session ends now, or as soon as there is a network:
   * before that nobody else is let in with it.
   * @param {{kept: boolean}} options whether something of the member stays on the tablet
   */
  async signOut({ kept }) {
    const { id } = this.member;
    const tx = this.tablet.transaction(["members", "meta"], "readwrite", STRICT);
    tx.objectStore("meta").delete("current");
    tx.objectStore("meta").put(id, "sign_out_owed");
    if (!kept) tx.objectStore("members").delete(id);
    await tx.done;
    this.member = null;
    if (await this.transport.signOut()) await this.tablet.delete("meta", "sign_out_owed");
    this.#now("out");
  }

  /** Tells once of each version that the server serves and this page is not. */
  #served(version) {
    if (version === this.served || version === this.transport.version) return;
    this.served = version;
    this.dispatchEvent(new Event("version"));
  }

  #now(state, other = null) {
    const same = this.state === state && this.other?.id === other?.id;
    this.state = state;
    this.other = other;
    if (!same) this.dispatchEvent(new Event("change"));
  }
}
