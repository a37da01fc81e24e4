// Nobody uses the tablet: whose work still waits on it, and the way to sign in.
import { el } from "../../dom.js";
import { SIGN_IN } from "../session.js";

export const name = "sign_in";
let turn = null;

export async function enter(root, _params, app) {
  const { words, session } = app;
  const mine = (turn = {});
  const waiting = (await session.members()).filter(({ unsent }) => unsent > 0);
  if (turn !== mine) return;
  const offline = session.state === "unknown";
  const signIn = async () => {
    // Without a network the sign-in page would be an error page of the browser.
    if ((await session.check()) !== "ok") app.notice(words("field.sign_in_offline"), { key: "sign_in" });
    else if (session.state === "in") location.reload();
    else location.assign(SIGN_IN);
  };
  root.append(
    el("h1", {}, words("field.sign_in_head")),
    el("p", {}, words(offline ? "field.sign_in_offline" : "field.sign_in_text")),
    ...waiting.map((member) =>
      el("p", { class: "waiting" }, words("field.waits", { name: member.name, n: member.unsent })),
    ),
    el(
      "button",
      { type: "button", class: "button primary big", onclick: signIn },
      words("field.sign_in"),
    ),
  );
}

export function leave() {
  turn = null;
}
