// Puts the map and the recorder into the app, and tells each what the other has to know.
import { byId } from "../dom.js";
import { Awake } from "./awake.js";
import { newMetres } from "./coverage_now.js";
import { FieldMap } from "./field_map.js";
import { Here } from "./here.js";
import { Recorder } from "./recorder.js";
import { WalkMatcher } from "./walk_matcher.js";

/** Makes `app.here`, `app.map`, `app.walk` and `app.walks` (those that ended lately, the latest first). */
export async function startWalking(app) {
  app.walks = [];
  app.here = new Here({ now: () => app.now(), seen: (place) => app.map.position(place) });
  app.map = new FieldMap(byId("map"), app);
  app.walk = new Recorder(app, {
    here: app.here,
    awake: new Awake(),
    locks: navigator.locks,
    ready: () => app.data.ground() !== null,
    matching: ({ mode }) => {
      const news = (stretches) => newMetres(app, stretches);
      return new WalkMatcher(app.data.ground(), { mode, news });
    },
  });
  app.walk.addEventListener("progress", () => showWalked(app));
  app.walk.addEventListener("state", () => app.walk.state === "idle" && remember(app));
  tellOtherTabs(app);
  // Who puts the tablet away may close the app next: what came is written first.
  document.addEventListener("visibilitychange", () => app.walk.tick());
  app.data.addEventListener("change", ({ detail }) => changed(app, detail.what));
  followButton(app);
  await app.walk.open();
  await remember(app);
}

/** The walks that ended lately stay green until the server's figures have them, and after. */
async function remember(app) {
  app.walks = (await app.walk.store.ended()).filter(({ result }) => result);
  showWalked(app);
  app.map.showFreshness();
}

function showWalked(app) {
  const earlier = app.walks.flatMap(({ result }) => result.stretches);
  app.map.walked.show([...earlier, ...(app.walk.progress?.stretches ?? [])]);
}

function changed(app, what) {
  if (what.has("packages")) {
    app.map.showGround();
    app.walk.mapChanged();
  } else if (what.has("freshness")) app.map.showFreshness();
  const records = ["cases", "lamps", "visits", "reference", "operations"];
  if (records.some((one) => what.has(one))) app.map.marks.drawSoon();
}

/** A tab that was open before knows that this one records now: nobody signs out there meanwhile. */
function tellOtherTabs({ member, walk }) {
  const channel = new BroadcastChannel(`gridwalk-walk-${member.id}`);
  walk.addEventListener("state", () => walk.recording && channel.postMessage("recording"));
  channel.onmessage = () => walk.state === "idle" && walk.open();
}

/** The position is asked for while it is followed, whether a walk is recorded or not. */
function followButton(app) {
  let stop = null;
  let told = null;
  const found = () => {
    told?.gone();
    told = null;
  };
  const failed = (problem) => {
    // While a walk is recorded its own screen says so.
    if (app.walk.recording || told) return;
    if (problem !== "unavailable") app.map.follow(false);
    const sentence = app.words(`field.walk.trouble.${problem}`);
    told = app.notice(sentence, { kind: "error", key: "position" });
  };
  app.map.onFollow = (on) => {
    if (on && !stop) stop = app.here.watch(found, failed);
    else if (!on) {
      stop?.();
      stop = null;
      found();
    }
  };
}
