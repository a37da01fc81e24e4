import assert from "node:assert/strict";
import { test } from "node:test";
import { Feed } from "../../map_static/static/map_static/js/feed.js";

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

function feed({ answer = () => ({ segments: {} }), status = 200 } = {}) {
  const seen = { asked: [], got: [], failed: [], stale: 0 };
  globalThis.fetch = async (address) => {
    seen.asked.push(address);
    return new Response(JSON.stringify(answer(address)), { status });
  };
  const made = new Feed("freshness/", { days: 30 }, {
    got: (code, found) => seen.got.push([code, found && Object.keys(found).includes("segments")]),
    stale: () => (seen.stale += 1),
    failed: (error) => seen.failed.push(error.code),
  });
  return [made, seen];
}

test("a community is asked for once, however often it is drawn", async () => {
  const [made, seen] = feed();
  for (let i = 0; i < 100; i += 1) made.want("009101001001");
  await settled();
  assert.deepEqual(seen.asked, ["/api/v1/freshness/?area=009101001001&days=30"]);
  assert.deepEqual(seen.got, [["009101001001", true]]);
});

test("another window asks again only for what is still drawn", async () => {
  const [made, seen] = feed();
  made.want("1");
  made.want("2");
  await settled();
  made.setWindow({ days: 7 });
  made.want("2");
  await settled();
  assert.equal(seen.stale, 1);
  assert.equal(seen.asked.at(-1), "/api/v1/freshness/?area=2&days=7");
  assert.equal(seen.asked.length, 3);
});

test("a past day is asked for as such", async () => {
  const [made, seen] = feed();
  made.setWindow({ days: 7, as_of: "2026-05-04" });
  made.want("2");
  await settled();
  assert.equal(seen.asked.at(-1), "/api/v1/freshness/?area=2&days=7&as_of=2026-05-04");
});

test("what may not be seen is no failure and is not asked for again", async () => {
  const error = { error: { code: "not_allowed", message: "…" } };
  const [made, seen] = feed({ answer: () => error, status: 403 });
  made.want("1");
  await settled();
  made.want("1");
  await settled();
  assert.deepEqual(seen.got, [["1", null]]);
  assert.deepEqual(seen.failed, []);
  assert.equal(seen.asked.length, 1);
});

test("no more than four are under way at once, and all are answered", async () => {
  const [made, seen] = feed();
  for (const code of "abcdefghij") made.want(code);
  assert.equal(seen.asked.length, 4);
  await settled();
  assert.equal(seen.got.length, 10);
});

test("an answer to a window that is no longer chosen is thrown away", async () => {
  const [made, seen] = feed();
  made.want("1");
  made.setWindow({ days: 7 });
  await settled();
  assert.deepEqual(seen.got, []);
});

test("a fault is told with its code", async () => {
  const [made, seen] = feed({ answer: () => ({ error: { code: "unavailable", message: "…" } }), status: 503 });
  made.want("1");
  await settled();
  assert.deepEqual(seen.failed, ["unavailable"]);
});

test("an older answer does not take the place of a newer one", async () => {
  const got = [];
  const answers = [];
  globalThis.fetch = () => new Promise((answered) => answers.push(answered));
  const made = new Feed("freshness/", { days: 30 }, {
    got: (_code, { now }) => got.push(now),
    stale: () => {},
    failed: assert.fail,
  });
  made.want("1");
  made.again(["1"]);
  made.want("1");
  for (const now of [2, 1]) {
    answers[now - 1](new Response(JSON.stringify({ now })));
    await settled();
  }
  assert.deepEqual(got, [2]);
});
