// How far a report is: asks until it is over, then shows it.

/** Milliseconds between two questions, and after one that got no answer. */
const EVERY = 1000;
const AFTER_FAILURE = 4000;

const place = document.querySelector("[data-progress]");

/** @param {{percent: number, words: string}} told what the server says of the job */
function show({ percent, words }) {
  const said = place.querySelector("[role=status]");
  // Said again only when it is new: who listens hears each step once.
  if (said.textContent !== words) said.textContent = words;
  place.querySelector("progress").value = percent;
  place.querySelector(".percent").textContent = `${percent} %`;
}

async function ask() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.status >= 500) throw new Error(`answered ${answer.status}`);
    if (answer.redirected || !answer.ok) return location.reload();
    const told = await answer.json();
    if (told.over) return location.reload();
    show(told);
    return setTimeout(ask, EVERY);
  } catch {
    place.querySelector("[role=status]").textContent = place.dataset.lost;
    return setTimeout(ask, AFTER_FAILURE);
  }
}

if (place) ask();
