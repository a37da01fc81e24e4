// Talking to the server about operations. Whatever comes back becomes one of a few outcomes: a weak
// network answers with login pages, error pages and silence, and none of these is an acknowledgement.

export const PROTOCOL = 1;
const SYNC = "/api/v1/sync/";
const TOLD = "/api/v1/notices/";
const SESSION = "/field/session.json";
const SIGN_OUT = "/sign-out/";
/** An answer may take long on a weak network; without an end a dead connection would hold the queue. */
const TIMEOUT_MS = 60_000;

/**
 * What an answer means for the queue. `kind` is one of
 * "ok" (`body` is the JSON), "offline" (no answer), "not_ours" (an answer, but not from our server),
 * "sign_in" (401), "second_factor", "csrf", "wrong_device", "too_large", "too_old", "busy"
 * (`retryAfter` in s), "no_room", "refused" (another 4xx: the request is at fault), "fault" (5xx).
 * @typedef {{kind: string, status: number, code?: string, message?: string, body?: Object,
 *   retryAfter?: number}} Outcome
 */

const BY_CODE = {
  csrf_failed: "csrf",
  not_your_device: "wrong_device",
  second_factor_needed: "second_factor",
  app_too_old: "too_old",
};
const BY_STATUS = { 401: "sign_in", 413: "too_large", 426: "too_old", 429: "busy", 507: "no_room" };
const LATER = new Set([502, 503, 504]);

/** The outcome of a response; only JSON in our own shapes counts as an answer of our server. */
export async function outcomeOf(response) {
  const { status } = response;
  const type = response.headers.get("Content-Type") ?? "";
  if (response.type === "opaqueredirect") return { kind: "not_ours", status };
  const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  if (!/^application\/json\b/.test(type)) {
    // A proxy in front says so in its own words.
    if (LATER.has(status)) return { kind: "busy", status, retryAfter };
    if (status === 413) return { kind: "too_large", status };
    return { kind: "not_ours", status };
  }
  let body;
  try {
    body = await response.json();
  } catch {
    return { kind: "not_ours", status };
  }
  if (response.ok) return { kind: "ok", status, body };
  const { code, message } = body?.error ?? {};
  if (typeof code !== "string") return { kind: "not_ours", status };
  const kind = BY_CODE[code] ?? BY_STATUS[status] ?? byClass(status);
  return { kind, status, code, message, body: body.error, retryAfter };
}

const byClass = (status) =>
  LATER.has(status) ? "busy" : status >= 500 ? "fault" : "refused";

/** Whether this is the server's word about this device's operations, and not somebody's page. */
export function isAnswer(body, device) {
  return (
    body?.protocol === PROTOCOL &&
    body.device === device &&
    (Array.isArray(body.answers) || typeof body.cursor === "string")
  );
}

/** JSON of anything as gzip, where the browser can; {body, headers} for fetch. */
export async function packed(text) {
  const headers = { "Content-Type": "application/json" };
  if (typeof CompressionStream === "undefined") return { body: text, headers };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const body = await new Response(stream).arrayBuffer();
  return { body, headers: { ...headers, "Content-Encoding": "gzip" } };
}

export class Transport {
  #token = null;

  /**
   * @param {{fetch?: typeof fetch, version: string, now: () => number}} options `now`: ms since 1970
   *   on the time line of the operations
   */
  constructor({ fetch = (...all) => globalThis.fetch(...all), version, now, timeout = TIMEOUT_MS }) {
    this.fetch = fetch;
    this.version = version;
    this.now = now;
    this.timeout = timeout;
  }

  /** Who is signed in: {kind: "ok", body: {member: {id, name}|null}}, or another outcome. */
  async session() {
    const outcome = await this.#ask(SESSION, {});
    if (outcome.kind !== "ok") return outcome;
    if (outcome.body?.protocol !== PROTOCOL || !("member" in outcome.body)) {
      return { kind: "not_ours", status: outcome.status };
    }
    this.#token = outcome.body.token;
    return outcome;
  }

  /** End the session in this browser; true when the server says that nobody is signed in. */
  async signOut() {
    // It answers with a page, which tells nothing: the network may have pages of its own.
    await this.#post(SIGN_OUT, { method: "POST" });
    const asked = await this.session();
    return asked.kind === "ok" && !asked.body.member;
  }

  /**
   * Send operations of a member in their wire form. The server refuses them when somebody else has
   * signed in meanwhile in another tab.
   */
  async send(member, device, operations) {
    const text = JSON.stringify({
      protocol: PROTOCOL,
      app: this.version,
      member,
      device,
      sent_at: this.now(),
      operations,
    });
    const outcome = await this.#post(SYNC, { method: "POST", ...(await packed(text)) });
    return checked(outcome, device);
  }

  /** Changes since a cursor ("" : from the beginning). */
  async changes(device, cursor) {
    const query = new URLSearchParams({ device, ...(cursor ? { cursor } : {}) });
    return checked(await this.#ask(`${SYNC}?${query}`, {}), device);
  }

  /** A JSON resource under the sync address: "packages/CODE/?v=…", "freshness/CODE/", "reference/". */
  fetched(path) {
    return this.#ask(`${SYNC}${path}`, {});
  }

  /** What the member has not seen yet: body {notices: [{about, id, text, page}]}. */
  told() {
    return this.#ask(TOLD, {});
  }

  /** One of these was seen. */
  toldSeen(about, id) {
    return this.#post(`${TOLD}${about}/${id}/seen/`, { method: "POST" });
  }

  /** How much of a photo the server has: body {id, bytes, received, state}. */
  photo(id) {
    return this.#ask(`${SYNC}photos/${id}/`, {});
  }

  /** Send the bytes of a photo from `offset` on. */
  photoPart(id, offset, blob) {
    return this.#post(`${SYNC}photos/${id}/?offset=${offset}`, {
      method: "PUT",
      headers: { "Content-Type": "application/octet-stream" },
      body: blob,
    });
  }

  /** With the token; one that was changed by signing in again is fetched anew, once. */
  async #post(address, options) {
    if (!this.#token) {
      const asked = await this.session();
      if (asked.kind !== "ok") return asked;
    }
    const outcome = await this.#ask(address, options);
    // Pages outside the API tell of a bad token with a page.
    const bad = outcome.kind === "csrf" || (outcome.kind === "not_ours" && outcome.status === 403);
    if (!bad) return outcome;
    const asked = await this.session();
    if (asked.kind !== "ok") return asked;
    if (!asked.body.member) return { kind: "sign_in", status: 401 };
    return this.#ask(address, options);
  }

  async #ask(address, { headers = {}, ...options }) {
    const token = options.method ? { "X-CSRFToken": this.#token } : {};
    let response;
    try {
      response = await this.fetch(address, {
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
        ...options,
        headers: { Accept: "application/json", ...headers, ...token },
        signal: AbortSignal.timeout(this.timeout),
      });
      return await outcomeOf(response);
    } catch {
      // No network, or none that answers; a body cut in the middle ends here, too.
      return { kind: "offline", status: 0 };
    }
  }
}

function checked(outcome, device) {
  if (outcome.kind !== "ok" || isAnswer(outcome.body, device)) return outcome;
  return { kind: "not_ours", status: outcome.status };
}
