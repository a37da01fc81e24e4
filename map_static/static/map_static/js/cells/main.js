// The page that draws cells: puts its parts together. A division is named in the address (#12).
import { get, post, takeBack } from "../api.js";
import { byId } from "../dom.js";
import { notice, tell } from "../notices.js";
import { page } from "../page.js";
import { t } from "../words.js";
import { Compare } from "./compare.js";
import { askDiscard, askInForce, askName } from "./dialogs.js";
import { Draft } from "./draft.js";
import { Editor } from "./editor.js";
import { Panel } from "./panel.js";
import { focusHead } from "./parts.js";
import { Toolbar } from "./toolbar.js";
import { Versions } from "./versions.js";

const SIDES = ["versions-page", "draft-page", "compare-page"];
const dialog = byId("cells-dialog");
let found = { community: { name: "" }, versions: [] };

const says = (sentence) => {
  byId("cells-says").textContent = sentence;
};
const editor = new Editor(byId("cells-map"), {
  render: () => render(),
  says,
  settled: () => panel.focusChosen(),
});
const toolbar = new Toolbar(byId("cells-tools"), byId("cells-hint"), editor);
const panel = new Panel(byId("draft-page"), editor, {
  community: () => found.community.name,
  rename: (cell) => rename(cell),
  toVersions: () => location.assign("#"),
  compare: () => {
    showSide("compare-page");
    compare.open();
  },
  putInForce,
  discard,
  copy: () => begin({ source: editor.answer.state === "in_force" ? "today" : editor.answer.id }),
});
const compare = new Compare(byId("compare-page"), editor, {
  close: () => {
    showSide("draft-page");
    byId("draft-page").querySelector('[data-focus="compare"]')?.focus();
  },
  versions: () => found.versions,
});
const versions = new Versions(byId("versions-page"), {
  open: (id) => location.assign(`#${id}`),
  begin: (content) => begin(content),
});

function ask(method, path, content) {
  return method === "GET" ? get(path) : post(path, content);
}

function showSide(id) {
  for (const side of SIDES) byId(side).hidden = side !== id;
}

function render() {
  panel.render();
  toolbar.render();
}

/** Do something that asks the server; what goes wrong is told, and can be tried again. */
async function attempt(act) {
  document.body.classList.add("is-sending");
  try {
    return await act();
  } catch (error) {
    tell(error, () => attempt(act));
    return null;
  } finally {
    document.body.classList.remove("is-sending");
  }
}

async function list() {
  found = await get("divisions/", { community: page.community });
  versions.render(found);
}

/** The drafts that are being begun: who presses twice wants one. */
const beginning = new Map();

function begin(content) {
  const asked = JSON.stringify(content);
  if (!beginning.has(asked)) {
    beginning.set(asked, start(content).finally(() => beginning.delete(asked)));
  }
  return beginning.get(asked);
}

function start(content) {
  // Tried again it is the same draft: only the answer may have been lost.
  const key = crypto.randomUUID();
  return attempt(async () => {
    const turn = named;
    const made = await post("divisions/", { community: page.community, key, ...content });
    await list();
    // A split takes a while: who opened something else meanwhile stays there.
    if (turn === named) location.assign(`#${made.id}`);
  });
}

/** Open a division, as long as nothing else is asked for meanwhile. */
async function open(id, asked) {
  const draft = new Draft(id, {
    ask,
    store: localStorage,
    changed: (changed, what) => {
      if (changed === editor.draft) editor.changed(what);
    },
  });
  const [{ features }] = await Promise.all([
    get(`divisions/${id}/streets/`),
    (editor.open(draft), draft.load()),
  ]);
  if (asked()) editor.snapTo(features);
}

/** Counts what the address named: what an earlier one asked for may come later. */
let named = 0;

/** Show what the address names: a division, or the list with the cells in force under it. */
async function follow() {
  const turn = (named += 1);
  const asked = () => turn === named;
  const id = Number(location.hash.slice(1)) || null;
  const side = id ? "draft-page" : "versions-page";
  compare.forget();
  // What it asks is of a draft that is left.
  if (dialog.open) dialog.close("");
  try {
    if (id === null) await list();
    if (!asked()) return;
    const shown = id ?? found.versions.find(({ state }) => state === "in_force")?.id;
    if (shown) await open(shown, asked);
  } catch (error) {
    if (!asked()) return;
    // A draft that is gone, or no network: the list is where one can go on.
    showSide("versions-page");
    throw error;
  }
  if (!asked()) return;
  showSide(side);
  focusHead(byId(side));
}

async function rename(cell) {
  const name = await askName(dialog, cell);
  if (name && name !== cell.name) await editor.edit({ kind: "rename", key: cell.key, name });
}

async function discard() {
  const { id } = editor.answer;
  if (!(await askDiscard(dialog))) return;
  await attempt(async () => {
    await takeBack(`divisions/${id}/`);
    location.assign("#");
    notice("done", t("cells.discarded"));
  });
}

async function putInForce() {
  const { id, revision } = editor.answer;
  const when = await askInForce(dialog, { id, today: page.today });
  if (!when) return;
  const key = crypto.randomUUID();
  await attempt(async () => {
    await post(`divisions/${id}/adopt/`, { revision, key, ...when });
    location.assign("#");
    notice("done", t(when.starts_on > page.today ? "cells.is_planned" : "cells.is_in_force"));
  });
}

addEventListener("hashchange", () => attempt(follow));
addEventListener("online", () => editor.again());
// An edit that is on its way or was not sent yet is kept, but the reader should know.
addEventListener("beforeunload", (event) => {
  if (editor.draft?.waiting) event.preventDefault();
});

await attempt(async () => {
  await list();
  const [west, south, east, north] = found.community.bounds;
  editor.map.goTo({ box: [west, south, east, north] });
  await follow();
});
