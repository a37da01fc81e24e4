// The reader's own files on the map: dropped or chosen, kept in memory only, never sent.
import { byId, el, icon } from "./dom.js";
import { gone, notice } from "./notices.js";
import { BadFile, kindOf, MOST_BYTES, MOST_CORNERS, read } from "./own_file_reader.js";
import { amount, t } from "./words.js";

const MOST_FILES = 10;
const MEGABYTE = 2 ** 20;

export function startOwnFiles({ map, view }) {
  const files = new Map();
  const input = el("input", { type: "file", multiple: true, accept: ".geojson,.json,.gpx,.kml", class: "hidden", id: "own-file" });
  const list = el("ul", { class: "own-files" });
  byId("own-files").append(
    el("h2", {}, t("files.head")),
    list,
    input,
    el("label", { class: "button wide", for: "own-file" }, icon("plus"), t("files.choose")),
    el("p", { class: "hint" }, t("files.hint")),
  );
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });

  const area = byId("map");
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  for (const kind of ["dragenter", "dragover"]) {
    area.addEventListener(kind, (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      area.classList.add("takes-file");
    });
  }
  area.addEventListener("dragleave", () => area.classList.remove("takes-file"));
  area.addEventListener("drop", (event) => {
    area.classList.remove("takes-file");
    if (!carries(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });

  async function take(given) {
    gone("own-file");
    for (const file of given) await one(file);
  }

  async function one(file) {
    const { name } = file;
    const refuse = (reason, more = {}) => notice("own-file", t(`files.${reason}`, { name, ...more }));
    if (files.size >= MOST_FILES && !files.has(name)) return refuse("too_many", { most: MOST_FILES });
    if (file.size > MOST_BYTES) return refuse("too_large", { most: MOST_BYTES / MEGABYTE });
    try {
      const found = await read(await file.text(), kindOf(name));
      files.set(name, found);
      draw();
      map.fit(found.bounds);
    } catch (error) {
      if (error instanceof BadFile) return refuse(error.reason, { most: amount(MOST_CORNERS) });
      return refuse("unreadable");
    }
    return undefined;
  }

  function draw() {
    map.files([...files.values()].flatMap(({ features }) => features), view.colours);
    list.replaceChildren(...[...files].map(([name, found]) => row(name, found)));
  }

  function row(name, { counts, bounds }) {
    const remove = () => {
      files.delete(name);
      draw();
      input.focus();
    };
    const show = { type: "button", class: "own-file", "aria-label": t("files.shown", { name }), onclick: () => map.fit(bounds) };
    const away = { type: "button", class: "icon-button", "aria-label": t("files.remove", { name }), onclick: remove };
    return el(
      "li",
      {},
      el("button", show, el("span", {}, name), el("span", { class: "quiet" }, t("files.counts", counts))),
      el("button", away, icon("close")),
    );
  }

  return { recoloured: () => files.size && draw() };
}
