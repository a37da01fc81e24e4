// What an app does that another version is served than it runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { otherVersion } from "../../../map_static/static/map_static/js/field/updates.js";

function browser(registration) {
  const seen = { reloads: 0, updates: 0, notices: [] };
  const found = registration && { update: async () => (seen.updates += 1) };
  const serviceWorker = { getRegistration: async () => found };
  Object.defineProperty(globalThis, "navigator", { value: { serviceWorker }, configurable: true });
  globalThis.location = { reload: () => (seen.reloads += 1) };
  seen.app = { words: (key) => key, notice: (text, options) => seen.notices.push({ text, ...options }) };
  return seen;
}

test("a worker fetches the new version, and the page stays", async () => {
  const seen = browser(true);
  await otherVersion(seen.app);
  assert.deepEqual([seen.updates, seen.reloads, seen.notices.length], [1, 0, 0]);
});

test("without a worker the page is never loaded again by itself", async () => {
  const seen = browser(false);
  await otherVersion(seen.app);
  assert.equal(seen.reloads, 0);
  seen.notices[0].action.act();
  assert.equal(seen.reloads, 1);
});
