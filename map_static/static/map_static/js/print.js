// Printing: which paper at which scale, the frame on the map, and the files.
import { byId, el } from "./dom.js";
import { gone, notice } from "./notices.js";
import { page } from "./page.js";
import { head, isShown, showPage } from "./pages.js";
import { DOTS, PAPERS, pixelsOfSheet, SCALES, sheetOf } from "./sheet_scale.js";
import { amount, t } from "./words.js";

const USUAL = { paper: "A4", landscape: false, scale: 5000 };

export function startPrint(ctx) {
  const { map, view, state, figures } = ctx;
  const chosen = { ...USUAL };
  const frame = byId("print-frame");
  const isOpen = () => isShown("print-page");

  function open() {
    byId("map-tools").open = false;
    ctx.leaveCards();
    showPage("print-page");
    ctx.raised();
    const name = figures.areas.map((area) => area.name).join(t("list.comma"));
    byId("print-page").replaceChildren(head(t("print.head"), close), form(name));
    fitted();
    byId("print-page").focus();
  }

  function close() {
    gone("print");
    showPage("list-page");
    byId("map-tools").querySelector("summary").focus();
  }

  const label = (words, field) => el("label", {}, el("span", {}, words), field);

  function select(words, options, value, took) {
    const field = el("select", {}, ...options.map(([key, shown]) => el("option", { value: key }, shown)));
    field.value = value;
    field.addEventListener("change", () => {
      took(field.value);
      fitted();
    });
    return label(words, field);
  }

  function form(name) {
    const title = el("input", { type: "text", maxlength: 90, value: name || "Gridwalk" });
    const turned = [["portrait", t("print.portrait")], ["landscape", t("print.landscape")]];
    const save = (format) => (event) => make(format, title.value.trim() || "Gridwalk", event.currentTarget);
    return el(
      "div",
      { class: "print-form" },
      label(t("print.title"), title),
      select(t("print.paper"), Object.keys(PAPERS).map((paper) => [paper, paper]), chosen.paper, (paper) => {
        chosen.paper = paper;
      }),
      select(t("print.turned"), turned, chosen.landscape ? "landscape" : "portrait", (way) => {
        chosen.landscape = way === "landscape";
      }),
      select(t("print.scale"), SCALES.map((n) => [n, `1:${amount(n)}`]), chosen.scale, (scale) => {
        chosen.scale = Number(scale);
      }),
      el("p", { class: "hint" }, t("print.hint")),
      ["own", "none"].includes(state.now.base) ? "" : el("p", { class: "hint" }, t("print.base")),
      el("button", { type: "button", class: "button primary wide", onclick: save("pdf") }, t("print.pdf")),
      el("button", { type: "button", class: "button wide", onclick: save("png") }, t("print.png")),
    );
  }

  const sheet = () => sheetOf(chosen.paper, chosen.landscape);
  const pixels = () => {
    const { lat } = map.clear();
    return pixelsOfSheet(sheet(), { lat, zoom: map.zoom, scale: chosen.scale });
  };

  /** Zoom until the frame fits into what the panel leaves of the map. */
  function fitted() {
    // What is in the middle stays there when the bar goes that would hide the frame.
    const { lat, lng } = map.clear();
    follow();
    const room = map.clear();
    const { width, height } = pixels();
    const less = Math.max(width / (room.width - 32), height / (room.height - 32));
    const to = Math.floor(map.zoom - Math.log2(less));
    if (to !== map.zoom || lat !== room.lat) map.goTo({ lon: lng, lat }, to, { animate: false });
    follow();
  }

  /** The frame lies in the middle of the map while the page is open; what would hide it is away. */
  function follow() {
    frame.hidden = !isOpen();
    document.body.classList.toggle("prints", isOpen());
    if (frame.hidden) return;
    const room = map.clear();
    const { width, height } = pixels();
    Object.assign(frame.style, {
      left: `${room.x - width / 2}px`,
      top: `${room.y - height / 2}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  }

  async function make(format, title, button) {
    button.disabled = true;
    notice("print", t("print.drawing"));
    try {
      const { lat, lng } = map.clear();
      const asked = {
        ...{ ...chosen, sheet: sheet(), centre: { lat, lng }, title, now: state.now },
        ...{ greys: view.greys, colours: page.colours.looks.light, today: ctx.start().today },
      };
      const name = `gridwalk-${asked.now.day ?? asked.today}-${chosen.paper}-${chosen.scale}.${format}`;
      const { drawn } = await import("./paper.js");
      save(await fileOf(await drawn(map, asked), asked.sheet, format, title), name);
      notice("print", t("print.saved", { name }));
    } catch (error) {
      notice("print", t("print.failed", { message: error.message }));
    } finally {
      button.disabled = false;
    }
  }

  byId("tool-print").addEventListener("click", () => ctx.start() && open());
  addEventListener("resize", follow);
  // Another page may take its place at any time.
  new MutationObserver(follow).observe(byId("print-page"), { attributeFilter: ["hidden"] });
  return { moved: follow, took: isOpen };
}

async function fileOf(canvas, sheet, format, title) {
  const { pdf, withDensity } = await import("./pdf.js");
  if (format === "pdf") {
    const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return pdf(picture, sheet, title);
  }
  const png = await new Promise((made) => canvas.toBlob(made, "image/png"));
  return withDensity(new Uint8Array(await png.arrayBuffer()), DOTS * 1000);
}

function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
