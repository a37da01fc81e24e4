// Parts of the screens about visits.
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Times that suit a household, "Mon, Tue 08:00–10:00"; any time where none are given. */
export function windowsText(app, windows) {
  if (!windows?.length) return app.words("field.visit.any_time");
  const weekday = new Intl.DateTimeFormat(app.settings.language, { weekday: "short", timeZone: "UTC" });
  const list = new Intl.ListFormat(app.settings.language, { style: "narrow", type: "unit" });
  return windows
    .map(({ days, from, to }) => {
      const named = days.map((day) => weekday.format(MONDAY + (day - 1) * DAY_MS));
      const which = days.length === 7 ? "" : `${list.format(named)} `;
      return `${which}${from}–${to}`;
    })
    .join("; ");
}
