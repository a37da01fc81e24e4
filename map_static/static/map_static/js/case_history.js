// Which cases were open on a day, from one answer of /api/v1/history/cases/. Pure; runs in Node's
// tests too. Times are Unix seconds.

/** The last of [at, state, due] before a moment; null where there is none. */
export function stepBefore(steps, moment) {
  let found = null;
  for (const step of steps) {
    if (step[0] >= moment) break;
    found = step;
  }
  return found;
}

/** The cases open just before `moment` as the map's features, like caseFeatures of points.js. */
export function casesBefore(answer, moment) {
  const { cases, categories, states, ended, not_due: notDue, soon } = answer;
  const due = (state, at) => {
    if (at == null || notDue.includes(state)) return null;
    return at < moment ? "overdue" : at < moment + soon ? "soon" : null;
  };
  return cases.flatMap(([id, lon, lat, category, steps]) => {
    const step = stepBefore(steps, moment);
    if (!step || ended.includes(step[1])) return [];
    const [, state, at] = step;
    return {
      type: "Feature",
      id,
      geometry: { type: "Point", coordinates: [lon, lat] },
      properties: { state: states[state], due: due(state, at), ...categories[category] },
    };
  });
}
