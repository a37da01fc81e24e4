// Why nothing is sent at the moment, and what the member can do about it. The work is on the tablet
// in any case, and each sentence says so.
import { SECOND_FACTOR, SIGN_IN } from "./session.js";
import { fetchNewVersion } from "./updates.js";

const ADDRESS = { sign_in: SIGN_IN, second_factor: SECOND_FACTOR };
/** No network is the usual thing on the street: the status line says it, nobody is disturbed. */
const SENTENCES = {
  sign_in: "field.session_over",
  second_factor: "field.second_factor",
  other_member: "field.other_member",
  too_old: "field.too_old",
  wrong_device: "field.wrong_device",
  no_room: "field.server_full",
  not_ours: "field.not_ours",
};
let shown = null;
let why = "";

/** Show the sentence of what stands in the way, or take it away when it is over. */
export function tellProblems(app) {
  const { session, outbox } = app;
  const problem = { out: "sign_in", other: "other_member" }[session.state] ?? outbox.problem;
  const key = SENTENCES[problem] ? problem : "";
  if (key === why) return;
  why = key;
  shown?.gone();
  shown = null;
  if (!key) return;
  const values = { name: app.member?.name ?? "", other: session.other?.name ?? "" };
  const sentence = app.words(SENTENCES[key], values);
  shown = app.notice(sentence, { key: "problem", stay: true, action: wayOut(app, key) });
}

/** The button beside the sentence, where there is something to do here. */
function wayOut({ words }, key) {
  if (key === "too_old") return { label: words("field.update_now"), act: fetchNewVersion };
  const address = ADDRESS[key];
  if (!address) return null;
  const label = words(key === "sign_in" ? "field.sign_in" : "field.set_up");
  return { label, act: () => location.assign(address) };
}
