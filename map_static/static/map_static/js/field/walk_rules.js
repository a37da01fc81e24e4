// The rules of a recorded walk: times, parts, gaps. Pure; runs in Node's tests too.
// Times are ms since 1970, positions longitude and latitude in degrees (WGS 84).

/** What came within so long is written together, and is on the disk within two seconds. */
export const BATCH_MS = 1000;
/** A part goes into the outbox after so many fixes or so long. */
export const PART_FIXES = 300;
export const PART_MS = 60_000;
/** The most fixes that one part may carry over the wire. */
export const MOST_FIXES = 2000;
/** Without a position for so long, the screen warns. */
export const SILENT_MS = 20_000;
/** A walk found again after so long does not go on by itself: who carries the tablet now? */
export const STALE_MS = 2 * 3600_000;
const NOTED_MS = 5000;
/** What a device may hold a position back for. */
const LATEST_MS = 60_000;
/** One second more than the gap over which the matcher still looks for a way. */
const GAP_MS = 61_000;

/**
 * When a position was taken: the clock's time less what the device held it back for by its own
 * account, never before the position that came earlier.
 */
export function timeOf(timestamp, { now, wall, last = -Infinity }) {
  const held = wall - timestamp;
  const ms = held >= 0 && held <= LATEST_MS ? now - held : now;
  return Math.round(Math.max(ms, last));
}

/** By how many ms somebody set the wall clock between two readings {now, wall}; 0 for small steps. */
export function jumpOf(before, after) {
  const step = after.wall - before.wall - (after.now - before.now);
  return Math.abs(step) < NOTED_MS ? 0 : step;
}

/** A walk as it begins; what the tablet keeps of it besides its fixes. */
export const newWalk = ({ patrol, mode, trackMode, now }) => ({
  patrol,
  mode,
  trackMode,
  state: "recording",
  startedAt: now,
  /** Since when it runs without a pause, and for how long it ran before. */
  since: now,
  activeMs: 0,
  /** What is added to the clock, and what the wall clock did. */
  shift: 0,
  jumps: [],
  /** Fixes on the disk, in how many batches, when the last came. */
  fixes: 0,
  batches: 0,
  lastMs: null,
  /** Parts in the outbox, the fixes in them, when the last went; the operation that started the walk. */
  parts: 0,
  sent: 0,
  partAt: now,
  started: null,
});

/**
 * How a walk found at start goes on: "recording", or "paused" when it is too old for that; `shift`
 * is added to the clock so that the walk's times keep running forward even where the wall clock was
 * set back meanwhile: how long nobody recorded is unknown then, and told as a gap.
 */
export function takeUp(walk, now) {
  const last = Math.max(walk.lastMs ?? walk.since, walk.since);
  const away = now + walk.shift - last;
  const shift = away >= 0 ? walk.shift : last + GAP_MS - now;
  const stale = walk.state === "recording" && away > STALE_MS;
  const activeMs = walk.activeMs + (walk.state === "recording" ? last - walk.since : 0);
  return { state: stale ? "paused" : walk.state, shift, stale, activeMs };
}

/** Fixes in columns, as they are stored and sent. */
export const columns = () => ({ lon: [], lat: [], ms: [], accuracy: [] });

const rounded = (degrees) => Math.round(degrees * 1e7) / 1e7;

/** Put a fix {lon, lat, ms, accuracy} at the end; degrees to about a centimetre. */
export function push(into, { lon, lat, ms, accuracy }) {
  into.lon.push(rounded(lon));
  into.lat.push(rounded(lat));
  into.ms.push(ms);
  into.accuracy.push(accuracy == null ? null : Math.round(accuracy * 10) / 10);
}

/** All columns of `more` behind those of `into`. */
export function append(into, more) {
  for (const name of Object.keys(into)) for (const value of more[name]) into[name].push(value);
}

export const sliceOf = (fixes, from, to) =>
  Object.fromEntries(Object.entries(fixes).map(([name, values]) => [name, values.slice(from, to)]));

/** The same as a list of fixes. */
export const listOf = ({ lon, lat, ms, accuracy }) =>
  lon.map((x, i) => ({ lon: x, lat: lat[i], ms: ms[i], accuracy: accuracy[i] }));

/** Whether a part is to go now; `sent` is the number of fixes that went, `since` the last part's time. */
export function partDue({ total, sent, since, now }) {
  const waiting = total - sent;
  return waiting >= PART_FIXES || (waiting > 0 && now - since >= PART_MS);
}

/** What is told of a walk's places where nothing was recorded: [{from, to} in ms], between pieces. */
export const gapsOf = (pieces, ms) =>
  pieces.slice(1).map(([first], i) => ({ from: ms[pieces[i][1]], to: ms[first] }));
