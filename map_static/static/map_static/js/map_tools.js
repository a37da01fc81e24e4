// Where am I, and full screen. The position is shown here and sent nowhere.
import { byId } from "./dom.js";
import { gone, notice } from "./notices.js";
import { metres, t } from "./words.js";

const PATIENCE = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 0 };
const DENIED = 1;

export function startMapTools({ map }) {
  const menu = byId("map-tools");
  const close = () => {
    menu.open = false;
    menu.querySelector("summary").focus();
  };
  byId("tool-locate").addEventListener("click", () => {
    close();
    locate(map);
  });
  startFullScreen(close);
}

function locate(map) {
  if (!navigator.geolocation) {
    notice("locate", t("locate.denied"));
    return;
  }
  notice("locate", t("locate.looking"));
  navigator.geolocation.getCurrentPosition(
    ({ coords: { longitude: lon, latitude: lat, accuracy } }) => {
      map.here({ lon, lat }, accuracy);
      notice("locate", t("locate.around", { metres: metres(Math.max(accuracy, 1)) }), {
        label: t("state.close"),
        act: () => map.here(null),
      });
    },
    ({ code }) => notice("locate", t(code === DENIED ? "locate.denied" : "locate.failed")),
    PATIENCE,
  );
}

function startFullScreen(close) {
  const button = byId("tool-full");
  button.hidden = !document.fullscreenEnabled;
  const words = button.querySelector("span");
  const show = () => {
    words.textContent = t(document.fullscreenElement ? "tool.full_leave" : "tool.full");
  };
  document.addEventListener("fullscreenchange", show);
  button.addEventListener("click", async () => {
    close();
    gone("full");
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  });
  show();
}
