// The tools above the map, with the keys that take them in hand.
import { el, icon } from "../dom.js";
import { count, t } from "../words.js";
import { fill } from "./parts.js";

/** Tools by the key that takes them. */
const TOOLS = { s: "split", m: "merge", b: "move", d: "draw" };

export class Toolbar {
  constructor(element, hint, editor) {
    this.element = element;
    this.hint = hint;
    this.editor = editor;
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  render() {
    const { editor } = this;
    this.element.hidden = !editor.editable;
    this.hint.hidden = !editor.tool;
    if (!editor.editable) return;
    const { can_undo: undo, can_redo: redo } = editor.answer;
    fill(
      this.element,
      Object.entries(TOOLS).map(([key, tool]) => this.#tool(tool, key)),
      el("span", { class: "cells-gap" }),
      this.#act("undo", "Ctrl+Z", () => editor.undo(), undo),
      this.#act("redo", "Ctrl+Shift+Z", () => editor.redo(), redo),
      el("span", { class: "cells-gap" }),
      el(
        "button",
        {
          type: "button",
          class: "cells-tool",
          "aria-pressed": String(editor.snaps),
          title: t("cells.snap_hint"),
          "data-focus": "snap",
          onclick: () => {
            editor.snaps = !editor.snaps;
            this.render();
          },
        },
        icon("snap"),
        el("span", {}, t("cells.snap")),
      ),
    );
    this.#hints();
  }

  #tool(tool, key) {
    const { editor } = this;
    return el(
      "button",
      {
        type: "button",
        class: "cells-tool",
        "aria-pressed": String(editor.tool === tool),
        "aria-keyshortcuts": key.toUpperCase(),
        title: `${t(`cells.${tool}_hint`)} (${key.toUpperCase()})`,
        "data-focus": tool,
        onclick: () => editor.take(editor.tool === tool ? null : tool),
      },
      icon(tool),
      el("span", {}, t(`cells.${tool}`)),
      el("kbd", { "aria-hidden": "true" }, key.toUpperCase()),
    );
  }

  #act(name, keys, act, able) {
    return el(
      "button",
      {
        type: "button",
        class: "cells-tool",
        // Not disabled: the focus would be lost with the last step.
        "aria-disabled": String(!able),
        "aria-keyshortcuts": keys.replace("Ctrl", "Control"),
        title: `${t(`cells.${name}`)} (${keys})`,
        "data-focus": name,
        onclick: act,
      },
      icon(name),
      el("span", {}, t(`cells.${name}`)),
    );
  }

  /** What to do now, and the buttons for it. */
  #hints() {
    const { editor } = this;
    if (!editor.tool) return;
    const { pen } = editor;
    const drawn = pen.active && pen.corners.length;
    const small = (name, act, kind = "") =>
      el("button", { type: "button", class: `button ${kind}`, "data-focus": `hint-${name}`, onclick: act }, t(name));
    fill(
      this.hint,
      el("p", {}, editor.hint),
      drawn > 0 && small("cells.corner_back", () => pen.back()),
      drawn > 0 && pen.enough && small("cells.finish", () => pen.finish(), "primary"),
      editor.tool === "merge" &&
        editor.chosen.size > 1 &&
        el(
          "button",
          { type: "button", class: "button primary", "data-focus": "hint-merge", onclick: () => editor.merge() },
          count("cells.merge_n", editor.chosen.size),
        ),
      small(editor.tool === "move" ? "cells.done" : "cells.give_up", () => editor.take(null)),
    );
  }

  #key(event) {
    const { editor } = this;
    const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
    if (!editor.editable || document.querySelector("dialog[open]")) return;
    if (target.closest("input:not([type=checkbox]), select, textarea")) return;
    const letter = key.toLowerCase();
    if (ctrlKey || metaKey) {
      if (letter === "z" && shiftKey) editor.redo();
      else if (letter === "z") editor.undo();
      else if (letter === "y") editor.redo();
      else return;
    } else if (key === "Escape" && editor.tool) {
      const held = editor.tool;
      editor.take(null);
      this.element.querySelector(`[data-focus="${held}"]`)?.focus();
    } else if (key === "Enter" && editor.tool === "merge" && !target.closest("button")) editor.merge();
    else if (TOOLS[letter] && !altKey) editor.take(TOOLS[letter]);
    else return;
    event.preventDefault();
  }
}
