// HemoLens' service worker: keeps one version of the whole page on the phone, so that it works with
// no network, and lets a new version in only when every byte of it has arrived and fits its hash.
// build.py fills in the three lines below.
const HEADERS = {{HEADERS}}; // what every answer carries, also where the host cannot send it
const VERSION = "{{VERSION}}";
const FILES = {{FILES}}; // [path relative to the scope, sha256 in base64, bytes]

const PREFIX = "hemolens-";
const CACHE = PREFIX + VERSION;
const AT_ONCE = 6;
const TOTAL_BYTES = FILES.reduce((sum, [, , bytes]) => sum + bytes, 0);
const address = (path) => new URL(path, self.registration.scope).href;

// Cross-origin isolation (WebAssembly threads) and the content security policy, as building/policy.py has them.
function isolated(response) {
  if (response.type === "opaque" || response.type === "opaqueredirect" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name); // the body is unpacked by now
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const empty = [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

async function tell(message) {
  for (const client of await self.clients.matchAll({ includeUncontrolled: true })) client.postMessage(message);
}

// Asks the host first whether what the browser has is still good; where that does not fit, for all of it.
async function take(path, hash, signal) {
  const options = { integrity: "sha256-" + hash, signal };
  const response = await fetch(address(path), { ...options, cache: "no-cache" })
    .catch(() => fetch(address(path), { ...options, cache: "reload" }))
    .catch((error) => { throw new Error(`${path}: ${error.message}`); });
  if (!response.ok) throw new Error(`${path}: the host answered ${response.status}`);
  return isolated(response);
}

async function precache() {
  const cache = await caches.open(CACHE);
  const waiting = [...FILES];
  const stop = new AbortController();
  let [done, bytes] = [0, 0];
  async function fetchSome() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [path, hash, size] = next;
      // Kept with the headers already on it: an answer straight from the cache keeps its compiled code too.
      await cache.put(address(path), await take(path, hash, stop.signal));
      if (stop.signal.aborted) return;
      [done, bytes] = [done + 1, bytes + size];
      await tell({ type: "precache", done, total: FILES.length, bytes, total_bytes: TOTAL_BYTES });
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, fetchSome));
  } catch (error) {
    stop.abort();
    await caches.delete(CACHE);
    await tell({ type: "precache-failed", message: String(error.message || error) });
    throw error;
  }
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((n) => caches.delete(n)));
  await self.clients.claim();
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const home = self.registration.scope;
  const atHome = request.url.split(/[?#]/)[0] === home;
  const kept = await cache.match(atHome ? address("index.html") : request.url, { ignoreSearch: true, ignoreVary: true });
  if (kept) return kept;
  try {
    return isolated(await fetch(request));
  } catch (error) {
    // A page that does not exist here, asked for with no network: the one that does is at home.
    if (request.mode === "navigate") return Response.redirect(home);
    throw error;
  }
}

self.addEventListener("install", (event) => event.waitUntil(precache()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const here = new URL(request.url).origin === self.location.origin;
  if (here && request.method === "GET") event.respondWith(answer(request));
});

self.addEventListener("message", (event) => {
  const type = event.data?.type ?? event.data;
  if (type === "skip-waiting") event.waitUntil(self.skipWaiting());
  if (type === "version") {
    const reply = { type: "version", version: VERSION, files: FILES.length };
    (event.ports[0] ?? event.source).postMessage(reply);
  }
});
