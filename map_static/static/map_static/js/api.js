// Talking to the server: JSON in, JSON out, and one kind of error.

export class ServerError extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** How far this device's clock was ahead of the server's at the last answer, in seconds. */
let ahead = 0;

/** The moment by the server's clock, in seconds since 1970. */
export const serverTime = () => Date.now() / 1000 - ahead;

/**
 * GET an address under /api/v1/. Gives the JSON, with `serverNow` (Unix seconds by the server's
 * clock: a tablet's own may be years off).
 * Throws ServerError; its code is "offline" when no answer came, "sign_in_required" when the
 * session has ended.
 */
export function get(path, params = {}, { signal } = {}) {
  const query = new URLSearchParams(params);
  return ask(`${path}${query.size ? `?${query}` : ""}`, { signal });
}

/** POST JSON to an address under /api/v1/; answers and throws as `get` does. */
export const post = (path, content) => send("POST", path, content);

export const patch = (path, content) => send("PATCH", path, content);

export const put = (path, content) => send("PUT", path, content);

/** DELETE; the answer tells what is left, if it tells anything. */
export const takeBack = (path) => send("DELETE", path);

function send(method, path, content) {
  const headers = {
    "Content-Type": "application/json",
    // Each page that may send something has a form with it.
    "X-CSRFToken": document.querySelector('input[name="csrfmiddlewaretoken"]').value,
  };
  return ask(path, { method, body: JSON.stringify(content), headers });
}

async function ask(path, { headers = {}, ...options }) {
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      ...options,
      headers: { Accept: "application/json", ...headers },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("offline", error.message, 0);
  }
  let answer;
  try {
    answer = response.status === 204 ? {} : await response.json();
  } catch (error) {
    // Given up after the first bytes came.
    if (error.name === "AbortError") throw error;
    throw new ServerError("error", `${response.status} ${response.statusText}`, response.status);
  }
  if (!response.ok) {
    const { code, message } = answer.error ?? { code: "error", message: response.statusText };
    throw new ServerError(code, message, response.status);
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  const serverNow = Number.isNaN(date) ? Date.now() / 1000 : date / 1000;
  ahead = Date.now() / 1000 - serverNow;
  return { ...answer, serverNow };
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
