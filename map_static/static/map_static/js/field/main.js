// The tablet's app: puts the parts together, in the order in which they need each other.
import { byId } from "../dom.js";
import { startSheet } from "../sheet.js";
import { App } from "./app.js";

const page = JSON.parse(byId("page").textContent);
const app = new App(page);
byId("grip").setAttribute("aria-label", app.words("field.grip"));
byId("sheet").setAttribute("aria-label", app.words("field.sheet"));
app.sheet = startSheet(byId("sheet"), byId("grip"), () => app.map?.hides?.({}));
// For the tests of the pages, and for whoever looks for a fault on a tablet.
globalThis.gridwalk = app;
app.start();
