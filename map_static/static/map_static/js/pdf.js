// A PDF of one page that is one picture, and the density of a PNG: files of a true size.

const POINTS = 72 / 25.4;

/** Bytes deflated as PDF and PNG want them (zlib). */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Red, green and blue of each pixel, without its opacity. */
function withoutOpacity({ data }) {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return rgb;
}

/** A text as PDF writes it, in UTF-16. */
function written(text) {
  const units = Array.from({ length: text.length }, (_, nth) => text.charCodeAt(nth).toString(16).padStart(4, "0"));
  return `<feff${units.join("")}>`;
}

/**
 * A page of `millimetres` {width, height} filled by the picture {data, width, height} (RGBA).
 * @returns {Promise<Blob>} a PDF 1.4
 */
export async function pdf(picture, millimetres, title) {
  const pixels = await deflated(withoutOpacity(picture));
  const [width, height] = [millimetres.width, millimetres.height].map((mm) => (mm * POINTS).toFixed(4));
  const content = `q ${width} 0 0 ${height} 0 0 cm /Map Do Q`;
  const image =
    `<< /Type /XObject /Subtype /Image /Width ${picture.width} /Height ${picture.height}` +
    ` /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode /Length ${pixels.length} >>\nstream\n`;
  const objects = [
    ["<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>"],
    ["<< /Type /Pages /Kids [3 0 R] /Count 1 >>"],
    [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R` +
        " /Resources << /XObject << /Map 5 0 R >> >> >>",
    ],
    [`<< /Length ${content.length} >>\nstream\n${content}\nendstream`],
    [image, pixels, "\nendstream"],
    [`<< /Title ${written(title)} /Producer (Gridwalk) >>`],
  ];
  return assembled(objects);
}

/** Objects, each a list of strings and bytes, with the table of where they begin. */
function assembled(objects) {
  const parts = [];
  const starts = [];
  let length = 0;
  const put = (part) => {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    parts.push(bytes);
    length += bytes.length;
  };
  put("%PDF-1.4\n");
  objects.forEach((object, nth) => {
    starts.push(length);
    put(`${nth + 1} 0 obj\n`);
    object.forEach(put);
    put("\nendobj\n");
  });
  const table = length;
  const rows = starts.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`);
  put(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join("")}`);
  put(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\n`);
  put(`startxref\n${table}\n%%EOF\n`);
  return new Blob(parts, { type: "application/pdf" });
}

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let sum = n;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum >>> 0;
});

/** The check sum of PNG's chunks (ISO 3309). */
export function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** A PNG that says how many pixels make a metre, so that it prints at its size. */
export function withDensity(png, pixelsPerMetre) {
  const chunk = new Uint8Array(21);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 9);
  chunk.set(new TextEncoder().encode("pHYs"), 4);
  view.setUint32(8, pixelsPerMetre);
  view.setUint32(12, pixelsPerMetre);
  view.setUint8(16, 1);
  view.setUint32(17, crc32(chunk.subarray(4, 17)));
  // After the signature (8 bytes) and the header (25).
  return new Blob([png.subarray(0, 33), chunk, png.subarray(33)], { type: "image/png" });
}
