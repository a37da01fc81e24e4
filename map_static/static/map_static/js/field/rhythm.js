// What the app does by itself, again and again.

/** Asked again so often while the app is seen, in ms; sooner after it did not work. */
const PULL_MS = 5 * 60_000;
const LOOK_MS = 30_000;

/** Watches the wall clock, and keeps the time line for the next start. */
export function followClock({ db, clock }) {
  const keep = () => db.put("meta", clock.toKeep(), "clock").catch(() => {});
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      clock.hidden();
      keep();
    } else clock.seen();
  });
  setInterval(() => clock.check() && keep(), 1000);
}

/** Sends and fetches: now, when the network or the member comes back, and every few minutes. */
export function keepGoing(app) {
  const again = () => document.visibilityState === "visible" && navigator.onLine && app.pull();
  window.addEventListener("online", () => {
    app.status.draw();
    app.pull();
  });
  window.addEventListener("offline", () => app.status.draw());
  document.addEventListener("visibilitychange", again);
  const due = () => app.now() - (app.data.pulledAt ?? 0) > PULL_MS;
  setInterval(() => (app.pullProblem || due()) && again(), LOOK_MS);
  again();
}
