// A file that the server makes of what was sent to it.
import { ServerError } from "./api.js";

/** A UUID, version 4; also where the page has no secure context and so no randomUUID. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const token = () => document.querySelector('input[name="csrfmiddlewaretoken"]').value;

/** Save what is selected; throws ServerError with the server's sentence. */
export async function download(content) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  let response;
  try {
    response = await fetch("/api/v1/selection/file/", { method: "POST", body: JSON.stringify(content), headers });
  } catch (error) {
    throw new ServerError("offline", error.message, 0);
  }
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({}));
    throw new ServerError(error?.code ?? "error", error?.message ?? response.statusText, response.status);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `gridwalk-selection.${content.format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
