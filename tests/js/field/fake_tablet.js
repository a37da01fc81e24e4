// A tablet without a browser (fake-indexeddb) and a server of a few lines for its tests.
import "fake-indexeddb/auto";
import { Clock } from "../../../map_static/static/map_static/js/field/clock.js";
import { openMember, openTablet } from "../../../map_static/static/map_static/js/field/db.js";
import { record, uuid7 } from "../../../map_static/static/map_static/js/field/operations.js";
import { Outbox } from "../../../map_static/static/map_static/js/field/outbox.js";
import { Session } from "../../../map_static/static/map_static/js/field/session.js";
import { Transport } from "../../../map_static/static/map_static/js/field/transport.js";

export const tick = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
const fault = (code, status, headers) => json({ error: { code, message: code } }, status, headers);

/** The operations of a request, also of a compressed one. */
async function bodyOf({ body, headers = {} }) {
  if (headers["Content-Encoding"] !== "gzip") return JSON.parse(body);
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/**
 * A server: takes each id once. `answers` says what happens to the first requests ("ok", "lost": taken
 * in, but the answer never comes; "login_page" …); `poison(operation)` spoils a whole request.
 */
export function fakeServer({
  answers = [],
  verdict = () => ({ state: "applied" }),
  poison = null,
  how = "refused",
  most = Infinity,
  slow = 0,
  cutPhotoAfter = Infinity,
  photoAnswer = null,
} = {}) {
  const known = new Map();
  const server = {
    member: { id: 1, name: "Li" },
    token: "token",
    sent: [],
    batches: [],
    taken: [],
    photos: new Map(),
    photoBytes: 0,
    cutPhotoAfter,
    atOnce: 0,
    changes: [],
    resources: {},
    heal: () => {
      poison = null;
    },
    fetch,
  };
  let running = 0;

  async function fetch(address, options) {
    const [path] = address.split("?");
    if (path === "/field/session.json") {
      return json({ protocol: 1, member: server.member, token: server.token, version: "v" });
    }
    if (options.method && options.headers["X-CSRFToken"] !== server.token) {
      return fault("csrf_failed", 403);
    }
    if (path === "/sign-out/") {
      server.member = null;
      return new Response("", { status: 200, headers: { "Content-Type": "text/html" } });
    }
    if (!server.member) return fault("sign_in_required", 401);
    if (path.startsWith("/api/v1/sync/photos/")) return photo(path, address, options);
    if (path === "/api/v1/sync/" && options.method !== "POST") return changed(address);
    if (path !== "/api/v1/sync/") return resource(address);
    running += 1;
    server.atOnce = Math.max(server.atOnce, running);
    if (slow) await tick(slow);
    running -= 1;
    return sync(await bodyOf(options));
  }

  function sync(body) {
    server.sent.push(body);
    const answer = answers.shift() ?? "ok";
    const early = early_(answer);
    if (early) return early;
    if (body.operations.length > most) return fault("too_large", 413);
    if (poison && body.operations.some(poison)) {
      return { refused: fault("bad_json", 400), fault: fault("server_error", 500), too_large: fault("too_large", 413) }[how];
    }
    server.batches.push(body.operations.length);
    let said = body.operations.map((operation) => take(operation));
    if (answer === "lost") throw new TypeError("Failed to fetch");
    if (answer === "half") said = said.slice(said.length / 2);
    const device = answer === "other_device" ? "x" : body.device;
    return json({ protocol: 1, device, server_time: 1, answers: said });
  }

  function early_(answer) {
    const html = new Response("<h1>Sign in</h1>", { headers: { "Content-Type": "text/html" } });
    if (answer === "login_page") return html;
    if (answer === "login_json") return json({ login: "please" });
    if (answer === "redirect") {
      return { type: "opaqueredirect", status: 0, ok: false, headers: new Headers() };
    }
    if (answer === "too_old") return fault("app_too_old", 426);
    if (answer === "wrong_device") return fault("not_your_device", 409);
    return answer === "busy" ? fault("busy", 503, { "Retry-After": "7" }) : null;
  }

  function take(operation) {
    if (known.has(operation.id)) return { ...known.get(operation.id), state: "already_applied" };
    server.taken.push(operation);
    const answer = { id: operation.id, code: "", message: "", result: {}, ...verdict(operation) };
    known.set(operation.id, answer);
    return answer;
  }

  async function photo(path, address, options) {
    const id = path.split("/").at(-2);
    const announced = server.taken.flatMap(({ body }) => body.photos ?? []).find((each) => each.id === id);
    const kept = server.photos.get(id) ?? { received: 0, bytes: announced?.bytes };
    server.photos.set(id, kept);
    if (options.method === "PUT") {
      if (server.cutPhotoAfter-- <= 0) throw new TypeError("Failed to fetch");
      if (photoAnswer) return fault(photoAnswer, 400);
      const offset = Number(new URLSearchParams(address.split("?")[1]).get("offset"));
      if (offset !== kept.received) return fault("wrong_offset", 409);
      kept.received += options.body.size;
      server.photoBytes += options.body.size;
    }
    const state = !announced ? "unknown" : kept.received === kept.bytes ? "complete" : "awaited";
    return json({ id, bytes: kept.bytes, received: kept.received, state });
  }

  function changed(address) {
    const query = new URLSearchParams(address.split("?")[1]);
    const cursor = query.get("cursor") ?? "";
    const page = server.changes.find((each) => (each.after ?? "") === cursor);
    if (!page) return fault("bad_cursor", 400);
    const { after: _after, ...body } = page;
    return json({ protocol: 1, device: query.get("device"), more: false, reset: false, areas: [], changes: {}, ...body });
  }

  function resource(address) {
    const found = server.resources[address.slice("/api/v1/sync/".length)];
    return found ? json(found) : fault("not_found", 404);
  }

  return server;
}

/** Web Locks for one browser: a name is held by one at a time. */
export function fakeLocks() {
  const held = new Map();
  return async function request(name, { ifAvailable = false }, work) {
    while (held.has(name)) {
      if (ifAvailable) return work(null);
      await held.get(name).catch(() => {});
    }
    const working = Promise.resolve().then(() => work({ name }));
    held.set(name, working);
    try {
      return await working;
    } finally {
      held.delete(name);
    }
  };
}

let tablets = 0;

/** A member's app on a tablet, without pages. */
export async function fakeTablet(server, { member = 1, tablet = null, lock = fakeLocks() } = {}) {
  const shared = tablet ?? { number: (tablets += 1) };
  const clock = new Clock();
  const now = () => clock.now();
  const transport = new Transport({ fetch: server.fetch, version: "v", now });
  // Each fake tablet is a browser of its own, so its databases have names of their own.
  const db = await openMember(`${shared.number}-${member}`);
  shared.db ??= await openTablet();
  const session = new Session({ tablet: shared.db, transport });
  session.member = { id: member, name: "Li" };
  const device = async ({ anew = false } = {}) => {
    const kept = anew ? null : await db.get("meta", "device");
    const found = kept ?? uuid7(now());
    await db.put("meta", found, "device");
    return found;
  };
  const make = () =>
    new Outbox({
      db,
      transport,
      member: `${shared.number}-${member}`,
      now,
      lock,
      device,
      newDevice: () => device({ anew: true }),
      allowed: async () => {
        const kind = await session.check();
        if (kind !== "ok") return kind;
        return { in: "", out: "sign_in", other: "other_member" }[session.state];
      },
      changed: () => {},
    });
  const outbox = make();
  await outbox.open();
  return {
    db,
    clock,
    outbox,
    session,
    transport,
    device,
    tablet: shared,
    secondTab: async () => {
      const other = { outbox: make() };
      await other.outbox.open();
      return other;
    },
    record: async (kind, body, options) => {
      const operation = await record(db, clock, kind, body, options);
      await outbox.recount();
      return operation;
    },
  };
}
