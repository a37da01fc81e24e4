// What the map is told of its connection, with a connection and a clock of the test's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Live } from "../../map_static/static/map_static/js/live.js";

class Source extends EventTarget {
  readyState = 1;
  closed = false;
  close() {
    this.closed = true;
  }
  say(name, data = {}) {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
  }
  fail(readyState) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
}

class Timers {
  now = 0;
  due = new Map();
  count = 0;
  setTimeout = (act, ms) => {
    this.due.set((this.count += 1), { act, at: this.now + ms });
    return this.count;
  };
  clearTimeout = (id) => this.due.delete(id);
  pass(ms) {
    this.now += ms;
    for (const [id, { act, at }] of [...this.due]) {
      if (at <= this.now && this.due.delete(id)) act();
    }
  }
}

function opened() {
  const sources = [];
  const timers = new Timers();
  const told = [];
  const live = new Live(
    {
      changed: (layers) => told.push(layers),
      missed: () => told.push("missed"),
      state: (now) => told.push(now),
    },
    () => sources[sources.push(new Source()) - 1],
    timers,
  );
  live.start();
  return { live, sources, timers, told, said: () => told.splice(0) };
}

test("changes are told while it is live", () => {
  const { sources, said } = opened();
  sources[0].say("hello");
  sources[0].say("changed", { cases: ["990101001001"] });
  assert.deepEqual(said(), ["live", { cases: ["990101001001"] }]);
});

test("a stream that ends and opens again at once is no loss, but something may be missed", () => {
  const { sources, timers, said } = opened();
  sources[0].say("hello");
  sources[0].fail(0);
  timers.pass(2_000);
  sources[0].say("hello");
  timers.pass(30_000);
  assert.deepEqual(said(), ["live", "missed"]);
});

test("a connection that does not come back is said to be lost, and that it is back", () => {
  const { sources, timers, said } = opened();
  sources[0].say("hello");
  sources[0].fail(0);
  timers.pass(6_000);
  assert.deepEqual(said(), ["live", "lost"]);
  sources[0].say("hello");
  assert.deepEqual(said(), ["live", "missed"]);
});

test("silence is a loss: another connection is opened", () => {
  const { sources, timers, said } = opened();
  sources[0].say("hello");
  timers.pass(39_000);
  sources[0].say("beat");
  timers.pass(39_000);
  assert.deepEqual(said(), ["live"]);
  timers.pass(1_000);
  assert.deepEqual(said(), ["lost"]);
  assert.ok(sources[0].closed);
  timers.pass(5_000);
  sources[1].say("hello");
  // What the old connection still says does not count.
  sources[0].say("changed", { cases: ["1"] });
  assert.deepEqual(said(), ["live", "missed"]);
});

test("a server without streams is no loss, and is asked ever less often", () => {
  const { sources, timers, said } = opened();
  sources[0].fail(2);
  assert.deepEqual(said(), ["off"]);
  for (const [after, many] of [[5_000, 2], [15_000, 3], [60_000, 4]]) {
    timers.pass(after);
    assert.equal(sources.length, many);
    sources.at(-1).fail(2);
  }
});

test("the database lost behind the server is said", () => {
  const { sources, said } = opened();
  sources[0].say("hello");
  sources[0].say("lost");
  sources[0].say("back");
  assert.deepEqual(said(), ["live", "lost", "live", "missed"]);
});

test("without a network it is lost at once; a page nobody looks at holds no connection", () => {
  const { live, sources, timers, said } = opened();
  sources[0].say("hello");
  live.offline();
  assert.deepEqual(said(), ["live", "lost"]);
  live.start();
  live.start();
  assert.equal(sources.length, 2);
  live.stop();
  timers.pass(600_000);
  assert.ok(sources[1].closed);
  assert.equal(sources.length, 2);
});
