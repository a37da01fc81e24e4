// Photos made smaller before they are sent: a phone's twelve megapixels weigh 5 to 12 MB, which
// takes minutes on a weak connection, and the server keeps less. Made from pixels alone, the
// smaller one has no position, time or device in it.

const LONG_SIDE = 1600;
const QUALITY = 0.85;

/** A JPEG of the same picture, upright, LONG_SIDE pixels at most; the file itself where the
 * browser cannot read it (HEIC in most of them), since the server may. */
export async function smaller(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const blob = await encoded(bitmap);
  bitmap.close();
  if (!blob) return file;
  return new File([blob], file.name.replace(/\.\w+$|$/, ".jpg"), { type: "image/jpeg" });
}

function encoded(bitmap) {
  const share = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * share));
  canvas.height = Math.max(1, Math.round(bitmap.height * share));
  const drawing = canvas.getContext("2d");
  drawing.fillStyle = "white";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.imageSmoothingQuality = "high";
  drawing.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", QUALITY);
  });
}
