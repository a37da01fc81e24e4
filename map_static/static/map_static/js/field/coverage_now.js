// How long ago each metre of the own cells was walked, as far as the tablet knows: what the server
// said, the walks that ended here since, and the one that is going on.
import { Coverage, dayNumber } from "./coverage.js";

const kept = new WeakMap();

/** The Coverage of now, the same one until something changed; null without a map. */
export function coverageNow(app) {
  const ground = app.data.ground();
  if (!ground) return null;
  const answers = app.data.freshness();
  const today = dayNumber(app.now(), app.settings.timeZone);
  const { walks } = app;
  const before = kept.get(app);
  const same = before && ["ground", "answers", "walks", "today"].every(
    (name) => before.of[name] === { ground, answers, walks, today }[name],
  );
  if (same) return before.coverage;
  const own = walks.map((walk) => answerOf(walk, app.settings.timeZone));
  const coverage = new Coverage(ground, [...answers, ...own], { today });
  if (app.walk?.progress) coverage.walk(app.walk.progress.stretches);
  kept.set(app, { of: { ground, answers, walks, today }, coverage });
  return coverage;
}

/** A walk that ended here, in the form of freshness. */
export function answerOf({ endedAt, result }, timeZone) {
  const day = dayNumber(endedAt, timeZone);
  const segments = {};
  for (const [id, start, end] of result.stretches) (segments[id] ??= []).push([start, end, day]);
  return { segments };
}

/** New metres of the walk that is going on, from its stretches so far. */
export function newMetres(app, stretches) {
  const coverage = coverageNow(app);
  coverage.walk(stretches);
  return coverage.totals().newMetres;
}

/** The class of freshness of a stretch, as the office's map has them; see Coverage.stretches. */
export function classOf({ age, days, overdue }, dueFrom) {
  if (age === null) return "never";
  if (overdue || age > days) return "overdue";
  if (age === 0) return "today";
  return age > days * dueFrom ? "due" : "within";
}

/** For painting: of a segment of the scene [{from, to, cls}], shares of its length; own cells only. */
export function stretchesNow(app) {
  const coverage = coverageNow(app);
  const { dueFrom } = app.settings.colours;
  const found = new Map();
  return ({ id, dm }) => {
    if (!coverage) return null;
    if (!found.has(id)) {
      const own = coverage.stretches(id).filter((one) => one.own);
      const shares = own.map((one) => ({ from: one.from / dm, to: one.to / dm, cls: classOf(one, dueFrom) }));
      found.set(id, shares);
    }
    return found.get(id);
  };
}
