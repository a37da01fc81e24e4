import assert from "node:assert/strict";
import { test } from "node:test";
import { get, givenUp, Latest } from "../../map_static/static/map_static/js/api.js";

test("a question given up while its answer is read is no failure", async () => {
  const latest = new Latest();
  globalThis.fetch = async (_address, { signal }) => {
    const body = new ReadableStream({
      start: (answer) => signal.addEventListener("abort", () => answer.error(signal.reason)),
      pull: () => latest.stop(),
    });
    return new Response(body);
  };
  await assert.rejects(latest.get("freshness/"), givenUp);
});

test("an answer that is not JSON is told by its status", async () => {
  globalThis.fetch = async () => new Response("<html>", { status: 502 });
  await assert.rejects(get("freshness/"), { code: "error", status: 502 });
});
