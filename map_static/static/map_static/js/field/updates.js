// New versions of the app. The service worker fetches one in the background and waits; it takes over
// only when the member says so, and never while a walk is recorded in any tab.

const CHECK_MS = 60 * 60_000;
const RECORDING = "gridwalk-recording-";

/** Whether a walk is being recorded in this browser, also in another tab. */
export async function anybodyRecords(locks = navigator.locks) {
  const { held } = await locks.query();
  return held.some(({ name }) => name.startsWith(RECORDING));
}

export async function startUpdates(app) {
  if (!("serviceWorker" in navigator)) {
    app.notice(app.words("field.not_secure"), { kind: "error", key: "secure" });
    return;
  }
  const { serviceWorker } = navigator;
  const first = !serviceWorker.controller;
  let reloading = false;
  serviceWorker.addEventListener("controllerchange", async () => {
    // The very first worker changes nothing of what this page runs.
    if (first || reloading) return;
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

/** The offer waits for the end of a walk. */
async function offerWhenFree(app, act) {
  if (!(await anybodyRecords())) {
    offer(app, act);
    return;
  }
  setTimeout(() => offerWhenFree(app, act), 5000);
}

function offer(app, act) {
  const action = { label: app.words("field.update_now"), act };
  app.notice(app.words("field.new_version"), { key: "version", stay: true, action });
}
