// Keeps the app on the tablet, so that it opens without a network: the page and every file it runs,
// all of one version. Data is not kept here, and nothing under /api/ passes through.
// The server puts `self.KEPT = {version, page, files: [[address, sha256]], others}` in front.

const { version, page, files, others } = self.KEPT;
const CACHE = `gridwalk-field-${version}`;
const NAMES = /^gridwalk-field-/;
const addresses = new Set([...files.map(([address]) => address), ...others]);

/** The answer of the server itself, revalidated: a file of another version must not get in. */
async function fetched(address) {
  const response = await fetch(address, { cache: "no-cache", credentials: "omit" });
  if (!response.ok || response.redirected) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function keepFile(cache, [address, wanted]) {
  const response = await fetched(address);
  const bytes = await response.clone().arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== wanted) throw new Error(`${address} is of another version`);
  await cache.put(address, response);
}

async function keepPage(cache) {
  const response = await fetched(page);
  // Between two versions the server may give one's page and the other's worker.
  if (!(await response.clone().text()).includes(version)) throw new Error("page of another version");
  await cache.put(page, response);
}

/** All or nothing: an install that fails leaves the version before in force. */
async function install() {
  const cache = await caches.open(CACHE);
  try {
    await keepPage(cache);
    await Promise.all(files.map((file) => keepFile(cache, file)));
    await Promise.all(others.map(async (address) => cache.put(address, await fetched(address))));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => NAMES.test(name) && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(address, request) {
  const cache = await caches.open(CACHE);
  // The page varies by cookie and language for caches in between; here it is the same for all.
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", ({ data }) => data === "take over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === page) event.respondWith(kept(page, request));
  else if (addresses.has(pathname)) event.respondWith(kept(pathname, request));
});
