// What a member is told of, on the tablet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Told } from "../../../map_static/static/map_static/js/field/told.js";
import { Transport } from "../../../map_static/static/map_static/js/field/transport.js";

const json = (body, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

/** A tablet's list over a server of a few lines; `server.network` false: no answer comes. */
function tablet(notices) {
  const server = { network: true, notices, asked: [] };
  async function fetch(address, { method = "GET" }) {
    server.asked.push(`${method} ${address}`);
    if (!server.network) throw new TypeError("Failed to fetch");
    if (address === "/field/session.json") return json({ protocol: 1, member: { id: 1 }, token: "t" });
    return json(method === "POST" ? { seen: true } : { notices: server.notices });
  }
  const told = new Told({ transport: new Transport({ fetch, version: "v", now: () => 0 }) });
  let changes = 0;
  told.addEventListener("change", () => {
    changes += 1;
  });
  return { server, told, changes: () => changes };
}

const HANDED = { about: "responsibility", id: 7, text: "West went to Li", page: "/a/" };
const LATE = { about: "rounds", id: 7, text: "West was due", page: "/b/" };

test("what is new is there until it is seen, and the screen is drawn anew only for news", async () => {
  const { server, told, changes } = tablet([HANDED, LATE]);
  await told.ask();
  await told.ask();
  assert.deepEqual(told.rows, [HANDED, LATE]);
  assert.equal(changes(), 1);
  assert.equal(await told.seen(HANDED), true);
  assert.equal(server.asked.at(-1), "POST /api/v1/notices/responsibility/7/seen/");
  assert.deepEqual(told.rows, [LATE]);
  assert.equal(changes(), 2);
});

test("without a network what came last stays, and is not taken for seen", async () => {
  const { server, told, changes } = tablet([LATE]);
  await told.ask();
  server.network = false;
  await told.ask();
  assert.equal(await told.seen(LATE), false);
  assert.deepEqual(told.rows, [LATE]);
  assert.equal(changes(), 1);
});

test("an answer from before one was seen does not bring it back", async () => {
  const { server, told } = tablet([HANDED, LATE]);
  await told.ask();
  let answer;
  const { transport } = told;
  told.transport = {
    told: () => new Promise((resolve) => (answer = resolve)),
    toldSeen: (...one) => transport.toldSeen(...one),
  };
  const asked = told.ask();
  assert.equal(await told.seen(HANDED), true);
  answer({ kind: "ok", body: { notices: server.notices } });
  await asked;
  assert.deepEqual(told.rows, [LATE]);
});
