// New versions of the app. The service worker fetches one in the background and waits; it takes over
// only when the member says so, and never while a walk is recorded in any tab.

const CHECK_MS = 60 * 60_000;
const RECORDING = "gridwalk-recording-";

/** The locks of walks that are being recorded in this browser, also in other tabs. */
async function recordings() {
  const { held } = await navigator.locks.query();
  return held.map(({ name }) => name).filter((name) => name.startsWith(RECORDING));
}

const anybodyRecords = async () => (await recordings()).length > 0;

export async function startUpdates(app) {
  if (!("serviceWorker" in navigator)) {
    app.notice(app.words("field.not_secure"), { kind: "error", key: "secure" });
    return;
  }
  const { serviceWorker } = navigator;
  let first = !serviceWorker.controller;
  let reloading = false;
  serviceWorker.addEventListener("controllerchange", async () => {
    // The very first worker changes nothing of what this page runs.
    if (first || reloading) {
      first = false;
      return;
    }
    reloading = true;
    if (app.updating || !(await anybodyRecords())) location.reload();
    else offer(app, () => location.reload());
  });
  try {
    const registration = await serviceWorker.register("/field/sw.js", { scope: "/field/" });
    watch(app, registration);
    const look = () => navigator.onLine && registration.update().catch(() => {});
    setInterval(look, CHECK_MS);
    window.addEventListener("online", look);
  } catch (error) {
    // Without a network the worker that is there goes on; only a first visit needs it.
    if (first) app.notice(app.words("field.no_worker", { message: String(error) }), { key: "worker" });
  }
}

/** The server has another version than this page: fetch it, or offer it where no worker can. */
export async function otherVersion(app) {
  if (await navigator.serviceWorker?.getRegistration("/field/")) await fetchNewVersion();
  // Not by itself: while two servers differ, or something on the way keeps old pages, it would never end.
  else offer(app, () => location.reload());
}

/** Look for a new version now: reloading alone would open the one that is kept on the tablet. */
export async function fetchNewVersion() {
  const registration = await navigator.serviceWorker?.getRegistration("/field/");
  if (registration) await registration.update().catch(() => {});
  else location.reload();
}

function watch(app, registration) {
  const waiting = () => {
    const worker = registration.waiting;
    if (!worker || !navigator.serviceWorker.controller) return;
    offerWhenFree(app, async () => {
      if (await anybodyRecords()) {
        offerWhenFree(app, () => waiting());
        return;
      }
      app.updating = true;
      worker.postMessage("take over");
    });
  };
  waiting();
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => installing.state === "installed" && waiting());
  });
}

/** The offer waits for the end of every walk that is being recorded. */
async function offerWhenFree(app, act) {
  for (const name of await recordings()) {
    // The lock is given when the recorder lets go of it.
    await navigator.locks.request(name, { mode: "shared" }, () => {});
  }
  if (await anybodyRecords()) offerWhenFree(app, act);
  else offer(app, act);
}

function offer(app, act) {
  const action = { label: app.words("field.update_now"), act };
  app.notice(app.words("field.new_version"), { key: "version", stay: true, action });
}
