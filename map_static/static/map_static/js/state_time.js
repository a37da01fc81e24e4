// What the address keeps of time: the step of playing, the second period and how the two are shown.
// Pure; runs in Node's tests too.

export const STEPS = ["day", "week"];
export const VS_SHOWN = ["sides", "difference"];
const MOST_DAYS = 366;

/** A day of the calendar as it is written, "2026-11-22", or null. */
export function readDay(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text ?? "") || text < "1970" || text >= "2200") return null;
  const time = Date.parse(`${text}T00:00Z`);
  // 31 February is no day: written again, it is another one.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? text : null;
}

/** "2026-10-22,30" or "2026-10-22,30,difference" to the period compared with; null where none. */
function readVs(text) {
  const [day, days, shown = "sides"] = (text ?? "").split(",");
  const within = /^[1-9]\d{0,2}$/.test(days ?? "") && Number(days) <= MOST_DAYS;
  if (!readDay(day) || !within || !VS_SHOWN.includes(shown)) return null;
  return { day, days: Number(days), shown };
}

export const TIME = {
  usual: {
    /** How far a step of playing goes. */
    step: "week",
    /** The period compared with, {day, days, shown}: the `days` up to and with `day`. */
    vs: null,
  },
  read: (given) => ({
    step: STEPS.includes(given.get("play")) ? given.get("play") : "week",
    vs: readVs(given.get("vs")),
  }),
  write: ({ step, vs }) => [
    ...(step === "week" ? [] : [`play=${step}`]),
    ...(vs ? [`vs=${vs.day},${vs.days}${vs.shown === "sides" ? "" : `,${vs.shown}`}`] : []),
  ],
};
