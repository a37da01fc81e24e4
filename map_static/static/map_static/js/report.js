// A resident's report, one question at a time. Without this script the same form is one page.

const form = document.getElementById("report");
const byId = (id) => document.getElementById(id);
const said = form.dataset;
document.body.classList.add("scripted");

// --- one question a screen -----------------------------------------------------------------------

const steps = [...form.querySelectorAll(".step")];
const progress = form.querySelector(".progress");
// Who scanned a lamp's code has answered where and what: all that is left fits one screen.
const whole = Boolean(form.querySelector("input[name=lamp]"));
let shown = 0;

function show(number, { focus = true } = {}) {
  shown = number;
  steps.forEach((step, index) => {
    step.hidden = index !== number;
  });
  byId("back").hidden = number === 0;
  progress.hidden = false;
  progress.textContent = progress.dataset.of
    .replace("{n}", number + 1)
    .replace("{all}", steps.length);
  if (focus) steps[number].querySelector("h2").focus();
}

function goOn() {
  history.pushState({ step: shown + 1 }, "");
  show(shown + 1);
}

function startSteps() {
  for (const button of form.querySelectorAll(".next")) {
    button.hidden = false;
    button.addEventListener("click", goOn);
  }
  byId("back").addEventListener("click", () => history.back());
  addEventListener("popstate", (event) => show(event.state?.step ?? 0));
  // A page that came back opens where something is missing.
  const wrong = steps.findIndex((step) => step.querySelector(".error:not([hidden])"));
  history.replaceState({ step: Math.max(0, wrong) }, "");
  show(Math.max(0, wrong), { focus: wrong >= 0 });
}

// --- where -----------------------------------------------------------------------------------------

const spot = byId("spot");
const around = byId("around");
const whereError = byId("where-error");
const MOVE_METRES = 5;
let asked = 0;
/** Counts the places that were taken: the device's position may come after another one. */
let taken = 0;

function tell(place, sentence) {
  place.textContent = sentence ?? "";
  place.hidden = !sentence;
}

/** A part of a page, as our own server wrote it; null when no answer came, or a newer is due. */
async function part(address, params, number) {
  try {
    const response = await fetch(`${address}?${new URLSearchParams(params)}`);
    const text = await response.text();
    if (number !== asked) return null;
    const template = document.createElement("template");
    template.innerHTML = text;
    return { ok: response.ok, content: template.content };
  } catch {
    if (number === asked) tell(whereError, said.offline);
    return null;
  }
}

/** Take a position, and show what lies around it. */
async function choose(lon, lat) {
  taken += 1;
  const place = `${lon.toFixed(7)},${lat.toFixed(7)}`;
  const answer = await part(said.around, { spot: place }, ++asked);
  if (!answer) return;
  tell(whereError);
  const hadFocus = around.contains(document.activeElement);
  around.replaceChildren(answer.content);
  spot.value = answer.ok ? place : "";
  ready();
  const map = around.querySelector("svg");
  map?.setAttribute("tabindex", "0");
  if (hadFocus) map?.focus();
}

/** Only a known place leads to the next question. */
function ready() {
  steps[0].querySelector(".next").hidden = !spot.value;
  byId("tap-hint").hidden = !spot.value;
}

function shift(eastMetres, southMetres) {
  const { lon, lat, lonStep, latStep } = around.querySelector("svg").dataset;
  return choose(Number(lon) + eastMetres * lonStep, Number(lat) - southMetres * latStep);
}

function onTap(event) {
  const map = event.target.closest("svg.around");
  if (!map) return;
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
    map.getScreenCTM().inverse(),
  );
  const { width, height } = map.viewBox.baseVal;
  shift(at.x - width / 2, at.y - height / 2);
}

const ARROWS = {
  ArrowLeft: [-MOVE_METRES, 0],
  ArrowRight: [MOVE_METRES, 0],
  ArrowUp: [0, -MOVE_METRES],
  ArrowDown: [0, MOVE_METRES],
};

function onKey(event) {
  const move = ARROWS[event.key];
  if (!move || !event.target.closest("svg.around")) return;
  event.preventDefault();
  shift(...move);
}

async function search() {
  const answer = await part(said.search, { q: byId("whereabouts").value }, ++asked);
  if (answer) byId("spots").replaceChildren(answer.content);
}

function locate() {
  const before = taken;
  const wanted = () => taken === before && !steps[0].hidden;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => wanted() && choose(coords.longitude, coords.latitude),
    () => wanted() && tell(whereError, said.noPosition),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
  );
}

function startWhere() {
  around.addEventListener("click", onTap);
  around.addEventListener("keydown", onKey);
  around.querySelector("svg")?.setAttribute("tabindex", "0");
  let waiting;
  byId("whereabouts").addEventListener("input", () => {
    clearTimeout(waiting);
    // Once the place is known, what is typed says where exactly.
    if (!spot.value) waiting = setTimeout(search, 400);
  });
  byId("spots").addEventListener("change", (event) => {
    const [lon, lat] = event.target.value.split(",").map(Number);
    // The hidden field is what is sent.
    event.target.disabled = true;
    choose(lon, lat).finally(() => byId("spots").replaceChildren());
  });
  if (navigator.geolocation && isSecureContext) {
    byId("locate").hidden = false;
    byId("locate").addEventListener("click", locate);
  }
  form.addEventListener("keydown", (event) => {
    // Enter in a field asks for the place, instead of sending what is not filled in yet.
    if (event.key !== "Enter" || event.target.id !== "whereabouts") return;
    event.preventDefault();
    search();
  });
  ready();
}

// --- photos ----------------------------------------------------------------------------------------

const pictures = byId("pictures");

function nameNext() {
  const button = pictures.closest(".step").querySelector(".next");
  const { with: some, without } = button.dataset;
  button.textContent = pictures.children.length ? some : without;
}

// --- what ------------------------------------------------------------------------------------------

function startWhat() {
  const step = form.querySelector("[data-step=what]");
  const next = step.querySelector(".next");
  const chosen = () => step.querySelector("input:checked");
  next.hidden = !chosen();
  step.addEventListener("change", () => {
    next.hidden = !chosen();
  });
  // A tap goes on by itself; arrow keys, which also choose, do not. A tap on a label makes a
  // second click, on its button.
  step.addEventListener("click", (event) => {
    if (event.detail > 0 && event.target.closest(".tile") && !step.hidden) goOn();
  });
}

form.addEventListener("photos", nameNext);
if (!whole) {
  startSteps();
  startWhere();
  startWhat();
}
nameNext();
