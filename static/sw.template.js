// HemoLens' service worker: keeps one version of the whole page on the phone, so that it works with no network.
// A version is let in only when every byte of it has arrived and fits its hash. What arrived stays when an
// installation is cut, and the next one goes on from there; what another version has already is not fetched again.
// build.py fills in the three lines below.
const HEADERS = {{HEADERS}}; // what every answer carries, also where the host cannot send it
const VERSION = "{{VERSION}}";
const FILES = {{FILES}}; // [path relative to the scope, sha256 in base64, bytes]

// A cache belongs to one copy of the app, for an origin may have several: it is named by where that lies, and by version.
// No path has a space in it, so no copy's name begins like that of another one further down.
const HOME = self.registration.scope;
const PREFIX = `hemolens ${new URL(HOME).pathname} `;
const CACHE = PREFIX + VERSION;
// The names of earlier versions did not say whose they were. Such a copy may still live beside this one.
const SHARED = /^hemolens-[0-9a-f]{16}$/;
const AT_ONCE = 6;
const PATIENCE_MS = 2000, STALLED_MS = 60_000, TELL_EVERY_MS = 1000;
const address = (path) => new URL(path, HOME).href;
const ENTRIES = new Map(FILES.map((file) => [address(file[0]), file]));

// Why a part could not be kept: "network", "host" (it answered with an error), "damaged" (other bytes), "full",
// "forbidden" (the browser keeps nothing of this page). For a full disk browsers have many names of their own.
const failure = (reason, path, message) => Object.assign(new Error(`${path}: ${message}`), { reason });
const REASONS = { SecurityError: "forbidden", TypeError: "host", Error: "host" };
const reasonOf = (error) => error.reason ?? REASONS[error.name] ?? "full";

// What a promise brings, or an error where it brings nothing for so long.
function inTime(promise, patience_ms) {
  let timer;
  const late = new Promise((_, end) => { timer = setTimeout(end, patience_ms, new Error("nothing came any more")); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Cross-origin isolation (WebAssembly threads) and the content security policy, as building/policy.py has them.
function isolated(response, body = response.body) {
  if (response.type === "opaque" || response.type === "opaqueredirect" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  // The body is unpacked by now, and what varies with who asks ("Vary: *") no browser would keep.
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const empty = [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : body, { status: response.status, statusText: response.statusText, headers });
}

async function fits(body, hash) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return btoa(String.fromCharCode(...digest)) === hash;
}

async function fromCache(name, [path, hash]) {
  const kept = await (await caches.open(name)).match(address(path), { ignoreVary: true });
  const body = kept && (await kept.arrayBuffer().catch(() => null));
  return body && (await fits(body, hash)) ? isolated(kept, body) : null;
}

// The body of an answer, `came(bytes)` being told of each piece.
async function whole(response, came) {
  const [reader, pieces] = [response.body?.getReader(), []];
  for (let piece; reader && !(piece = await inTime(reader.read(), STALLED_MS)).done; pieces.push(piece.value)) {
    came(piece.value.length);
  }
  return new Blob(pieces).arrayBuffer();
}

// A file of this version, checked: from the cache of another one, else from the host.
async function take(file, came = () => {}, signal = undefined) {
  const [path, hash] = file;
  for (const name of await others().catch(() => [])) {
    const kept = await fromCache(name, file);
    if (kept) return kept;
  }
  const cut = ({ message }) => { throw failure("network", path, message); };
  // The host is asked first whether what the browser has is still good; where that does not fit, for all of it.
  for (const cache of ["no-cache", "reload"]) {
    const response = await inTime(fetch(address(path), { cache, signal }), STALLED_MS).catch(cut);
    const body = await whole(response, came).catch(cut);
    if (!response.ok) throw failure("host", path, `the host answered ${response.status}`);
    // Kept with the headers already on it: an answer straight from the cache keeps its compiled code too.
    if (await fits(body, hash)) return isolated(response, body);
  }
  throw failure("damaged", path, "its bytes are not the ones of this version");
}

async function keep([path], response) {
  const refused = (error) => { throw failure(reasonOf(error), path, error.message); };
  await caches.open(CACHE).then((cache) => cache.put(address(path), response)).catch(refused);
}

// Pages of other copies hear it too, and know by the scope that it is not about them.
const tell = (message) => self.clients.matchAll({ includeUncontrolled: true })
  .then((clients) => clients.forEach((client) => client.postMessage({ ...message, scope: HOME })));

let filling = null; // two tabs that ask at the same time get the same
const fill = () => (filling ??= fillUp().finally(() => { filling = null; }));
async function fillUp() {
  const waiting = [...FILES];
  const stop = new AbortController();
  const so = { done: 0, total: FILES.length, bytes: 0, total_bytes: FILES.reduce((sum, file) => sum + file[2], 0) };
  let told = 0;
  async function takeSome() {
    for (let file = waiting.shift(); file && !stop.signal.aborted; file = waiting.shift()) {
      let before = 0;
      const came = (bytes) => {
        [before, so.bytes] = [before + bytes, so.bytes + bytes];
        if (stop.signal.aborted || Date.now() - told < TELL_EVERY_MS) return;
        told = Date.now();
        tell({ type: "precache", ...so });
      };
      if (!(await fromCache(CACHE, file))) await keep(file, await take(file, came, stop.signal));
      [so.done, so.bytes] = [so.done + 1, so.bytes - before + file[2]];
      if (!stop.signal.aborted) await tell({ type: "precache", ...so });
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, takeSome));
    for (const path of await missing()) throw failure("full", path, "the browser took it away again");
  } catch (error) {
    stop.abort();
    await tell({ type: "precache-failed", reason: reasonOf(error), message: String(error.message || error), ...so });
    throw error;
  }
}

// The caches of other versions of this copy, and those of earlier ones, which may hold files of it.
const others = async () =>
  (await caches.keys()).filter((name) => name !== CACHE && (name.startsWith(PREFIX) || SHARED.test(name)));

// The cache of a worker of this page, as it says itself.
function cacheOf(worker) {
  const { port1, port2 } = new MessageChannel();
  const said = new Promise((done) => { port1.onmessage = ({ data }) => done(data.cache); });
  worker.postMessage({ type: "files" }, [port2]);
  return inTime(said, PATIENCE_MS);
}

// Of a cache that another copy may use as well, only what is ours. A copy further down is known by its page.
async function forgetOurs(name) {
  const cache = await caches.open(name);
  const kept = (await cache.keys()).map(({ url }) => url);
  const homes = kept.filter((url) => url.endsWith("/index.html")).map((url) => url.replace(/index\.html$/, ""));
  const below = homes.filter((home) => home !== HOME && home.startsWith(HOME));
  const ours = kept.filter((url) => url.startsWith(HOME) && !below.some((home) => url.startsWith(home)));
  await Promise.all(ours.map((url) => cache.delete(url, { ignoreVary: true })));
  if (ours.length === kept.length) await caches.delete(name);
}

// Installations that were never finished, and versions that were never let in, leave nothing behind for ever.
async function forgetUnused() {
  const { active, waiting, installing } = self.registration;
  const used = await Promise.all([active, waiting, installing].filter(Boolean).map(cacheOf)).catch(() => null);
  if (!used) return;
  const unused = (await others()).filter((name) => !used.includes(name));
  await Promise.all(unused.map((name) => (SHARED.test(name) ? forgetOurs(name) : caches.delete(name))));
}

async function missing() {
  const kept = new Set((await (await caches.open(CACHE)).keys()).map((request) => request.url));
  return FILES.filter(([path]) => !kept.has(address(path))).map(([path]) => path);
}

// What the browser took away: only the very same bytes may come back in its place.
const coming = new Map(); // address -> the answer; who asks for it meanwhile gets the same
function bringBack(file, wanted) {
  const bring = async () => {
    const again = await take(file);
    await keep(file, again.clone()).catch(() => {});
    return again;
  };
  if (!coming.has(wanted)) coming.set(wanted, bring().finally(() => coming.delete(wanted)));
  return coming.get(wanted).then((again) => again.clone());
}

async function answer(request) {
  const asked = request.url.split(/[?#]/)[0];
  const wanted = asked === HOME ? address("index.html") : asked;
  const file = ENTRIES.get(wanted);
  if (file) {
    // A store that cannot be read is as good as none, while there is a network.
    const kept = await caches.open(CACHE).then((cache) => cache.match(wanted)).catch(() => null);
    return kept || bringBack(file, wanted);
  }
  // What is not ours stays as its host sends it: another app, or another copy, may lie further down. An address that
  // does not exist leads home, network or not.
  const found = await fetch(request).catch((error) => { if (request.mode !== "navigate") throw error; });
  return request.mode === "navigate" && (!found || found.status === 404) ? Response.redirect(HOME) : found;
}

const tidied = () => forgetUnused().catch(() => {}); // where it fails, the next time will do
self.addEventListener("install", (event) => event.waitUntil(tidied().then(fill)));
// Firefox gives it the pages at once and says so a minute later; a new version could not come in meanwhile.
self.addEventListener("activate", (event) => event.waitUntil(tidied().then(() => { self.clients.claim(); })));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const here = new URL(request.url).origin === self.location.origin;
  if (here && request.method === "GET") event.respondWith(answer(request));
});

self.addEventListener("message", (event) => {
  const type = event.data?.type ?? event.data;
  const reply = (message) => (event.ports[0] ?? event.source).postMessage(message);
  if (type === "skip-waiting") event.waitUntil(self.skipWaiting());
  if (type === "version") {
    const say = (gone) => reply({ type, version: VERSION, missing: gone, total: FILES.length });
    event.waitUntil(missing().catch(() => FILES.map(([path]) => path)).then(say));
  }
  if (type === "files") reply({ type, version: VERSION, cache: CACHE, files: FILES });
  if (type === "restore") event.waitUntil(fill().then(missing, missing).then((gone) => reply({ type, missing: gone })));
});
