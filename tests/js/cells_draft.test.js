import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft, OFFLINE, SAVED, SENDING, STALE } from "../../map_static/static/map_static/js/cells/draft.js";

/** What the browser's store does. */
function shelf() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    kept,
  };
}

const fault = (code) => Object.assign(new Error(code), { code });

/** A server that counts revisions; `answers` are codes of faults for the next changes, "" for none. */
function server(...answers) {
  const asked = [];
  let revision = 1;
  const ask = async (method, path, content) => {
    if (method === "POST") {
      asked.push([path, content]);
      const code = answers.shift();
      if (code) throw fault(code);
      if (content.revision !== revision) throw fault("stale_draft");
      revision += 1;
    }
    return { revision };
  };
  return { ask, asked, elsewhere: () => (revision += 1) };
}

async function opened(one, store = shelf()) {
  const states = [];
  const changed = ({ state }, { anew }) => states.push(anew ? `${state}*` : state);
  const draft = await new Draft(7, { ask: one.ask, store, changed }).load();
  return { draft, states, store };
}

const EDIT = { kind: "merge", keys: ["1", "2"] };

test("an edit is sent with the revision it was made on, and saved", async () => {
  const one = server();
  const { draft, states, store } = await opened(one);
  assert.equal(await draft.edit(EDIT), true);
  const [[path, content]] = one.asked;
  assert.equal(path, "divisions/7/edits/");
  assert.deepEqual([content.revision, content.edit], [1, EDIT]);
  assert.deepEqual(states, [`${SAVED}*`, SENDING, `${SAVED}*`]);
  assert.equal(store.kept.size, 0);
});

test("two edits at once go one after the other", async () => {
  const one = server();
  const { draft } = await opened(one);
  assert.deepEqual(await Promise.all([draft.edit(EDIT), draft.undo()]), [true, true]);
  assert.deepEqual(one.asked.map(([, { revision }]) => revision), [1, 2]);
});

test("without a connection the edit is kept, told, and sent again under the same key", async () => {
  const one = server("offline");
  const { draft, store } = await opened(one);
  assert.equal(await draft.edit(EDIT), false);
  assert.equal(draft.state, OFFLINE);
  // A later edit may build on it: it has to wait.
  assert.equal(await draft.undo(), false);
  // The page is loaded anew meanwhile.
  const { draft: again } = await opened(one, store);
  assert.equal(again.state, OFFLINE);
  assert.equal(await again.again(), true);
  const [first, second] = one.asked.map(([, content]) => content);
  assert.deepEqual(second, first);
  assert.deepEqual([again.state, store.kept.size], [SAVED, 0]);
});

test("what somebody else changed is told; the edit stays until it is done again or passed by", async () => {
  const one = server();
  const { draft, store } = await opened(one);
  one.elsewhere();
  assert.equal(await draft.edit(EDIT), false);
  assert.deepEqual([draft.state, draft.fresh], [STALE, false]);
  assert.equal(await draft.edit(EDIT), false);
  await draft.load();
  assert.deepEqual([draft.state, draft.fresh, draft.answer.revision], [STALE, true, 2]);
  assert.equal(await draft.again(), true);
  assert.deepEqual([draft.state, store.kept.size], [SAVED, 0]);
  one.elsewhere();
  await draft.edit(EDIT);
  await draft.load();
  assert.equal(await draft.undo(), true);
  assert.equal(one.asked.at(-1)[0], "divisions/7/undo/");
});

test("what the server refuses is thrown and does not wait", async () => {
  const one = server("edit_refused");
  const { draft, store } = await opened(one);
  await assert.rejects(draft.edit(EDIT), { code: "edit_refused" });
  assert.deepEqual([draft.state, store.kept.size], [SAVED, 0]);
  assert.equal(await draft.edit(EDIT), true);
});

test("a session that ended loses nothing", async () => {
  const one = server("sign_in_required");
  const { draft, store } = await opened(one);
  await assert.rejects(draft.edit(EDIT), { code: "sign_in_required" });
  assert.deepEqual([draft.state, store.kept.size], [OFFLINE, 1]);
});
