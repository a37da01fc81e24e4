// What the member is told of handovers, leaves and rounds: above the figures until they have seen it.
import { get, post } from "./api.js";
import { byId, el } from "./dom.js";
import { tell } from "./notices.js";
import { t } from "./words.js";

/** Asked again so often while the page is looked at, in s: most is told by night. */
const AGAIN = 600;

/** A feature of the map page; see features.js. */
export function startTold() {
  const list = el("ul", {});
  const part = el("section", { class: "told-list", "aria-labelledby": "told", hidden: true });
  part.append(el("h2", { id: "told" }, t("told.title")), list);
  byId("summary").before(part);

  function row(one) {
    const id = `told-${one.about}-${one.id}`;
    const made = el("li", {}, el("a", { id, href: one.page }, one.text));
    const act = () => seen(one, made);
    made.append(
      el("button", { type: "button", class: "button", "aria-describedby": id, onclick: act }, t("told.seen")),
    );
    return made;
  }

  async function seen(one, made) {
    try {
      await post(`notices/${one.about}/${one.id}/seen/`, {});
    } catch (error) {
      tell(error, () => seen(one, made));
      return;
    }
    const next = (made.nextElementSibling ?? made.previousElementSibling)?.querySelector("button");
    made.remove();
    part.hidden = !list.children.length;
    (next ?? byId("panel")).focus();
  }

  async function ask() {
    try {
      const { notices } = await get("notices/");
      // What one is about to press stays where it is.
      if (part.contains(document.activeElement)) return;
      list.replaceChildren(...notices.map(row));
      part.hidden = !notices.length;
    } catch {
      // Nothing of the map depends on it; it is asked again.
    }
  }

  return {
    begin() {
      ask();
      setInterval(() => document.visibilityState === "visible" && ask(), AGAIN * 1000);
    },
  };
}
