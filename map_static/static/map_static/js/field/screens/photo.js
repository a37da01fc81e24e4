// One photo of a draft, as large as the screen, with a button to take it away.
import { el } from "../../dom.js";
import { draftsOf } from "../records_drafts.js";
import { button, head, once, put } from "../records_parts.js";
import { keepDraft } from "../records_save.js";

export const name = "photo";
let address = null;
let turn = null;

/** @param {{draft: string, photo: string}} params the draft's name and the photo's id */
export async function enter(root, params, app) {
  app.sheet?.set("high");
  const mine = (turn = {});
  const draft = await draftsOf(app).of(params.draft);
  if (turn !== mine) return;
  const at = draft?.photos.findIndex((photo) => photo.id === params.photo) ?? -1;
  if (at < 0) {
    app.back();
    return;
  }
  const title = app.words("field.photo.title", { n: at + 1 });
  address = URL.createObjectURL(draft.photos[at].blob);
  const remove = async () => {
    // As it is by now: the form may have had another photo under way.
    const now = await draftsOf(app).of(params.draft);
    const photos = now?.photos.filter((photo) => photo.id !== params.photo);
    if (photos) await keepDraft(app, params.draft, { ...now, photos });
    if (turn === mine) app.back();
  };
  put(
    root,
    head(app, title),
    el("img", { class: "rec-photo-large", src: address, alt: title }),
    el(
      "div",
      { class: "rec-foot" },
      once(app.words("field.photo.remove_this"), remove, "wide big"),
      button(app.words("field.photo.keep"), () => app.back(), "primary wide big"),
    ),
  );
}

export function leave() {
  if (address) URL.revokeObjectURL(address);
  address = turn = null;
}
