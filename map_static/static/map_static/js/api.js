// Talking to the server: JSON in, JSON out, and one kind of error.

export class ServerError extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * GET an address under /api/v1/. Gives the JSON, with `serverNow` (Unix seconds by the server's
 * clock: a tablet's own may be years off).
 * Throws ServerError; its code is "offline" when no answer came, "sign_in_required" when the
 * session has ended.
 */
export async function get(path, params = {}, { signal } = {}) {
  const query = new URLSearchParams(params);
  const address = `/api/v1/${path}${query.size ? `?${query}` : ""}`;
  let response;
  try {
    response = await fetch(address, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("offline", error.message, 0);
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new ServerError("error", `${response.status} ${response.statusText}`, response.status);
  }
  if (!response.ok) {
    const { code, message } = answer.error ?? { code: "error", message: response.statusText };
    throw new ServerError(code, message, response.status);
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  return { ...answer, serverNow: Number.isNaN(date) ? Date.now() / 1000 : date / 1000 };
}

/** Runs the newest of a kind of request; an earlier one still under way is given up. */
export class Latest {
  #controller = null;

  stop() {
    this.#controller?.abort();
  }

  async get(path, params) {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    try {
      return await get(path, params, { signal: controller.signal });
    } finally {
      if (this.#controller === controller) this.#controller = null;
    }
  }
}

export const givenUp = (error) => error.name === "AbortError";
