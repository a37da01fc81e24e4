// Sentences above everything else: what happened, and one thing to do about it.
import { byId, el, icon } from "../dom.js";

const SHORT_MS = 6000;

/**
 * Makes `notice(text, {kind, key, action: {label, act}, stay})` → {gone()}. A second one under the
 * same key replaces the first; those without something to do go by themselves, errors stay.
 * @param {(key: string) => string} words
 */
export function makeNotices(words, list = byId("notices")) {
  const shown = new Map();
  const gone = (key) => {
    shown.get(key)?.remove();
    shown.delete(key);
  };
  return function notice(text, { kind = "info", key = text, action = null, stay = false } = {}) {
    gone(key);
    const close = () => gone(key);
    const done = () => {
      close();
      action.act();
    };
    const made = el(
      "div",
      { class: `notice ${kind}` },
      el("p", {}, text),
      action && el("button", { type: "button", class: "button", onclick: done }, action.label),
      el(
        "button",
        { type: "button", class: "icon-button", "aria-label": words("field.close"), onclick: close },
        icon("close"),
      ),
    );
    shown.set(key, made);
    list.append(made);
    if (!stay && !action && kind !== "error") {
      setTimeout(() => shown.get(key) === made && close(), SHORT_MS);
    }
    return { gone: () => shown.get(key) === made && close() };
  };
}
