// The page's side of the matching worker, beside a worker that answers when it is told to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MatchingClient, MatchingLost } from "../../../map_static/static/map_static/js/field/matching/client.js";
import { LiveWalk } from "../../../map_static/static/map_static/js/field/matching/live_walk.js";
import { WalkingNetwork } from "../../../map_static/static/map_static/js/field/matching/walking_network.js";
import { groundOf, listOf, read } from "./matching_vectors.js";

const [vector] = read("walks");
const fixes = listOf(vector.fixes);

class SlowWorker extends EventTarget {
  messages = [];
  ended = false;

  postMessage(message, transfer) {
    this.messages.push(structuredClone(message, { transfer }));
  }

  terminate() {
    this.ended = true;
  }

  say(data) {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  answer() {
    const { n, fixes: more } = this.messages.at(-1);
    this.say({ type: "so_far", n, soFar: { fixes: more.length }, milliseconds: 2 });
  }

  fall(message) {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}

function open() {
  const worker = new SlowWorker();
  const client = new MatchingClient(groundOf(vector.ground), { mode: "foot", start: () => worker });
  return { worker, client };
}

test("the ground goes over once, as the worker needs it", () => {
  const { worker } = open();
  const [{ type, parts, mode }] = worker.messages;
  assert.deepEqual([type, mode], ["open", "foot"]);
  const walk = new LiveWalk(new WalkingNetwork(parts), { mode });
  walk.add(fixes);
  assert.equal(walk.soFar().stretches.length, vector.walk.stretches.length);
});

test("one batch is under way; what comes meanwhile goes together", async () => {
  const { worker, client } = open();
  const told = [0, 1, 2].map((i) => client.add(fixes.slice(10 * i, 10 * i + 10)));
  assert.equal(worker.messages.length, 2);
  worker.answer();
  assert.deepEqual(await told[0], { fixes: 10 });
  assert.equal(worker.messages.length, 3);
  assert.deepEqual(worker.messages[2].fixes, fixes.slice(10, 30));
  worker.answer();
  assert.deepEqual(await Promise.all(told.slice(1)), [{ fixes: 20 }, { fixes: 20 }]);
  assert.equal(client.busy, 4);
});

test("who waits for a worker that dies is told, and so is who comes later", async () => {
  const { worker, client } = open();
  const told = [client.add(fixes.slice(0, 5)), client.add(fixes.slice(5, 9))];
  worker.fall("out of memory");
  for (const one of told) await assert.rejects(one, MatchingLost);
  await assert.rejects(client.add([]), /out of memory/);
  assert.ok(worker.ended);
});

test("a fault in matching ends the client as well", async () => {
  const { worker, client } = open();
  const told = client.add(fixes);
  worker.say({ type: "failed", n: 1, message: "No route" });
  await assert.rejects(told, /No route/);
});

test("closing ends the worker", async () => {
  const { worker, client } = open();
  const told = client.add(fixes);
  client.close();
  await assert.rejects(told, MatchingLost);
  assert.ok(worker.ended);
});
