// Every screen of the tablet. A new one is imported here and stands in the list.
import * as report from "./case.js";
import * as caseView from "./case_view.js";
import * as conflict from "./conflict.js";
import * as end from "./end.js";
import * as home from "./home.js";
import * as lamp from "./lamp.js";
import * as next from "./next.js";
import * as photo from "./photo.js";
import * as settings from "./settings.js";
import * as signIn from "./sign_in.js";
import * as status from "./status.js";
import * as visit from "./visit.js";
import * as visits from "./visits.js";
import * as walk from "./walk.js";

export const screens = [
  home, walk, end, next,
  settings, signIn,
  report, caseView, photo, lamp, visits, visit, status, conflict,
];
