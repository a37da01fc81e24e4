// Every screen of the tablet. A new one is imported here and stands in the list.
import * as settings from "./settings.js";
import * as signIn from "./sign_in.js";

export const screens = [settings, signIn];
