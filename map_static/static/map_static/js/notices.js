// Sentences that float above the map: what happened, and one thing to do about it.
import { byId, el, icon } from "./dom.js";
import { t } from "./words.js";

const shown = new Map();

/** Show a sentence under a key (a second one with that key replaces it). */
export function notice(key, sentence, { label = null, act = null } = {}) {
  gone(key);
  const made = el(
    "div",
    { class: "notice" },
    el("p", {}, sentence),
    act &&
      el(
        "button",
        {
          type: "button",
          class: "button",
          onclick: () => {
            gone(key);
            act();
          },
        },
        label,
      ),
    el(
      "button",
      { type: "button", class: "icon-button", "aria-label": t("state.close"), onclick: () => gone(key) },
      icon("close"),
    ),
  );
  shown.set(key, made);
  byId("notices").append(made);
}

export function gone(key) {
  shown.get(key)?.remove();
  shown.delete(key);
}

/** What a failed request means to the reader. */
export function explain(error) {
  return error.code === "offline" ? t("state.offline") : t("state.failed", { message: error.message });
}

/** Tell of a failed request; a session that ended leads to signing in and back to this view. */
export function tell(error, retry) {
  if (error.code === "sign_in_required") {
    const back = encodeURIComponent(location.pathname + location.hash);
    notice("session", t("state.signed_out"), {
      label: t("state.sign_in"),
      act: () => location.assign(`/sign-in/?next=${back}`),
    });
  } else notice("request", explain(error), { label: t("state.retry"), act: retry });
}
