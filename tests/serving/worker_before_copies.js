// The template of the last version whose caches were named by version alone: devices have it, and a test updates it.
// HemoLens' service worker: keeps one version of the whole page on the phone, so that it works with no network.
// A version is let in only when every byte of it has arrived and fits its hash. What arrived stays when an
// installation is cut, and the next one goes on from there; what another version has already is not fetched again.
// build.py fills in the three lines below.
const HEADERS = {{HEADERS}}; // what every answer carries, also where the host cannot send it
const VERSION = "{{VERSION}}";
const FILES = {{FILES}}; // [path relative to the scope, sha256 in base64, bytes]

const PREFIX = "hemolens-";
const CACHE = PREFIX + VERSION;
const AT_ONCE = 6;
const PATIENCE_MS = 2000;
const address = (path) => new URL(path, self.registration.scope).href;
const ENTRIES = new Map(FILES.map((file) => [address(file[0]), file]));

// Why a part could not be kept: "network", "host" (it answered with an error), "damaged" (other bytes), "full".
const failure = (reason, path, message) => Object.assign(new Error(`${path}: ${message}`), { reason });

// Cross-origin isolation (WebAssembly threads) and the content security policy, as building/policy.py has them.
function isolated(response, body = response.body) {
  if (response.type === "opaque" || response.type === "opaqueredirect" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name); // the body is unpacked by now
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const empty = [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : body, { status: response.status, statusText: response.statusText, headers });
}

async function fits(body, hash) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return btoa(String.fromCharCode(...digest)) === hash;
}

async function fromCache(name, [path, hash]) {
  const kept = await (await caches.open(name)).match(address(path));
  const body = kept && (await kept.arrayBuffer().catch(() => null));
  return body && (await fits(body, hash)) ? isolated(kept, body) : null;
}

// A file of this version, checked: from the cache of another one, else from the host.
async function take(file, signal) {
  const [path, hash] = file;
  for (const name of await cacheNames((each) => each !== CACHE)) {
    const kept = await fromCache(name, file);
    if (kept) return kept;
  }
  const cut = ({ message }) => { throw failure("network", path, message); };
  // The host is asked first whether what the browser has is still good; where that does not fit, for all of it.
  for (const cache of ["no-cache", "reload"]) {
    const response = await fetch(address(path), { cache, signal }).catch(cut);
    const body = await response.arrayBuffer().catch(cut);
    if (!response.ok) throw failure("host", path, `the host answered ${response.status}`);
    // Kept with the headers already on it: an answer straight from the cache keeps its compiled code too.
    if (await fits(body, hash)) return isolated(response, body);
  }
  throw failure("damaged", path, "its bytes are not the ones of this version");
}

async function keep([path], response) {
  const reason = (error) => (error.name === "QuotaExceededError" ? "full" : "host");
  const refused = (error) => { throw failure(reason(error), path, error.message); };
  await caches.open(CACHE).then((cache) => cache.put(address(path), response)).catch(refused);
}

const tell = (message) => self.clients.matchAll({ includeUncontrolled: true })
  .then((clients) => clients.forEach((client) => client.postMessage(message)));

async function fill() {
  const waiting = [...FILES];
  const stop = new AbortController();
  const so = { done: 0, total: FILES.length, bytes: 0, total_bytes: FILES.reduce((sum, file) => sum + file[2], 0) };
  async function takeSome() {
    for (let file = waiting.shift(); file && !stop.signal.aborted; file = waiting.shift()) {
      if (!(await fromCache(CACHE, file))) await keep(file, await take(file, stop.signal));
      [so.done, so.bytes] = [so.done + 1, so.bytes + file[2]];
      if (!stop.signal.aborted) await tell({ type: "precache", ...so });
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, takeSome));
    for (const path of await missing()) throw failure("full", path, "the browser took it away again");
  } catch (error) {
    stop.abort();
    const message = String(error.message || error);
    await tell({ type: "precache-failed", reason: error.reason ?? "host", message, ...so });
    throw error;
  }
}

const cacheNames = async (wanted) => (await caches.keys()).filter((name) => name.startsWith(PREFIX) && wanted(name));

// The cache of a worker of this page, as it says itself.
function cacheOf(worker) {
  const { port1, port2 } = new MessageChannel();
  const said = new Promise((done) => { port1.onmessage = ({ data }) => done(PREFIX + data.version); });
  worker.postMessage({ type: "version" }, [port2]);
  const nothing = new Promise((_, silent) => setTimeout(silent, PATIENCE_MS, new Error("no answer")));
  return Promise.race([said, nothing]);
}

// Installations that were never finished, and versions that were never let in, leave nothing behind for ever.
async function forgetUnused() {
  const { active, waiting, installing } = self.registration;
  const used = await Promise.all([active, waiting, installing].filter(Boolean).map(cacheOf)).catch(() => null);
  if (!used) return;
  const unused = await cacheNames((name) => name !== CACHE && !used.includes(name));
  await Promise.all(unused.map((name) => caches.delete(name)));
}

async function missing() {
  const kept = new Set((await (await caches.open(CACHE)).keys()).map((request) => request.url));
  return FILES.filter(([path]) => !kept.has(address(path))).map(([path]) => path);
}

async function answer(request) {
  const home = self.registration.scope;
  const asked = request.url.split(/[?#]/)[0];
  const wanted = asked === home ? address("index.html") : asked;
  const kept = await (await caches.open(CACHE)).match(wanted, { ignoreVary: true });
  if (kept) return kept;
  const file = ENTRIES.get(wanted);
  if (file) {
    // The browser took it away: only the very same bytes may come back in its place.
    const again = await take(file);
    await keep(file, again.clone()).catch(() => {});
    return again;
  }
  // An address that does not exist here leads home, network or not.
  const found = await fetch(request).catch((error) => { if (request.mode !== "navigate") throw error; });
  const nowhere = request.mode === "navigate" && (!found || found.status === 404);
  return nowhere ? Response.redirect(home) : isolated(found);
}

self.addEventListener("install", (event) => event.waitUntil(forgetUnused().then(fill)));
self.addEventListener("activate", (event) => event.waitUntil(forgetUnused().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const here = new URL(request.url).origin === self.location.origin;
  if (here && request.method === "GET") event.respondWith(answer(request));
});

self.addEventListener("message", (event) => {
  const type = event.data?.type ?? event.data;
  const reply = (message) => (event.ports[0] ?? event.source).postMessage(message);
  if (type === "skip-waiting") event.waitUntil(self.skipWaiting());
  if (type === "version") event.waitUntil(missing().then((gone) => reply({ type, version: VERSION, missing: gone })));
  if (type === "files") reply({ type, version: VERSION, cache: CACHE, files: FILES });
  if (type === "restore") event.waitUntil(fill().then(missing, missing).then((gone) => reply({ type, missing: gone })));
});
