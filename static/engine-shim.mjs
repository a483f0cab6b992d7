// What the engine's worker loads first. While Python starts, the networks open in a worker of their own, and what it
// will ask for is on its way. Then Python hands flat arrays to the networks, and gets flat arrays back.
import { loadPyodide as load } from "./vendor/pyodide/pyodide.mjs";
import { goOn, remember } from "./memory.mjs";

export const here = (path) => new URL(path, import.meta.url).href;

// Signs of life for the page, which begins a start that got stuck again: app/ui/engine/client.py. Whatever arrives here
// is one, also for Pyodide, which asks through the same `fetch`. A second counts as waited only while nothing runs here.
const STUCK_S = 15, say = (sign) => self.postMessage(["hemolens", JSON.stringify({ sign })]); // app/shared/port.py
let waited_s = 0;
const alive = () => { waited_s = 0; say("alive"); };
const clock = setInterval(() => ++waited_s % STUCK_S || say("stuck"), 1000);
export const started = () => clearInterval(clock);
const fetchOfBrowser = self.fetch;
self.fetch = (...asked) => fetchOfBrowser(...asked).finally(alive);
say("awake");

// Calls to networks.mjs, by their number. Where that cannot be loaded, the next call tries again. It begins at once: a
// worker that is not there yet when Python begins hears nothing until Python has started.
const waiting = new Map(); // -> [resolve, reject]
const anew = () => heard(new Worker(here("networks.mjs") + location.search, { type: "module" }));
let networks = anew(), calls = 0; alive();
function ask(call) {
  networks ??= anew();
  return new Promise((...ends) => {
    waiting.set(++calls, ends);
    networks.postMessage({ ...call, number: calls }, (call.data ?? []).map((array) => array.buffer));
  });
}
function heard(worker) {
  const end = ({ number, answer, error }, [resolve, reject] = waiting.get(number)) =>
    waiting.delete(number) && (error ? reject(new Error(error)) : resolve(answer));
  worker.onmessage = ({ data }) => end(data);
  worker.onerror = ({ message: error }) => {
    networks = null;
    for (const number of [...waiting.keys()]) end({ number, error: error || "their runtime cannot be loaded" });
  };
  return worker;
}

// What fails before somebody waits for it is told to whoever does, and not to the console.
const quiet = (promise) => { promise.catch(() => {}); return promise; };
async function fetched(path) {
  const response = await fetch(here(path));
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new Error(`the server answered ${response.status}`);
}
const opened = (path) => fetched(path).then(async (bytes) => ({ bytes, ...(await ask({ open: bytes }).finally(alive)) }));
const begun = new Map(); // path -> what was begun for it; handed out once, so that after a failure it is begun anew
const take = (path, get, taken = begun.get(path)) => (begun.delete(path) ? taken : get(path));
export const fetchBytes = (path) => take(path, fetched); // -> Uint8Array
export const open = (path) => take(path, opened); // -> { session, bytes, threads }
// names: string[], data: Float32Array[], shapes: number[][] -> [{ name, data, shape }]
export const run = (session, names, data, shapes) => quiet(ask({ session, names, data, shapes }));

const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
const begin = (get, path) => begun.set(path, get(path)).get(path).catch(() => {});
begin(fetched, "models/models.json").then((bytes) => Object.values(parsed(bytes)).filter((part) => part.file)
  .forEach((network) => begin(opened, "models/" + network.file))).catch(() => {});

// Python's memory, where an earlier start has kept it; `id` says what it was made of. Checked like a file: nobody else does.
const MEMORY = "vendor/memory/", STORE = `hemolens-memory ${new URL(here(".")).pathname}`;
const wanted = fetched(MEMORY + "memory.json").then(parsed); // building/python/libraries.py
const libraries = quiet(wanted.then((made) => Promise.all(made.libraries.map(async ({ path, file }) =>
  ({ path, module: await WebAssembly.compileStreaming(fetch(here(MEMORY + file))).finally(alive) })))));
let memory = wanted.then(async ({ id }) => {
  const response = await caches.match(here(MEMORY + id), { cacheName: STORE });
  const [made, bytes] = [JSON.parse(response.headers.get("Made")), new Uint8Array(await response.arrayBuffer())];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (btoa(String.fromCharCode(...digest)) !== made.digest) throw new Error("it is damaged");
  return [made, bytes];
}).finally(alive);

// The first start leaves one, for app/engine/memory.py to keep.
let left;
export const takeLeft = () => { const found = left?.(); left = null; return found; }; // -> { store, address, made, kept }
async function first(start) {
  const made = await wanted, wheels = quiet(Promise.all(made.wheels.map((file) => fetched("vendor/wheels/" + file))));
  const { python, leave } = await remember(start, made, libraries, wheels);
  left = () => ({ store: STORE, address: here(MEMORY + made.id), ...leave() });
  return python;
}

// PyScript takes this file for its interpreter: Pyodide's own files lie elsewhere.
export async function loadPyodide(options) {
  const start = (settings) => load({ ...options, indexURL: here("vendor/pyodide/"), fsInit: () => say("came"), ...settings });
  const kept = await memory.catch(() => null);
  memory = null; // it is megabytes
  const refused = (error) => console.info("Python starts without its memory:", error.message ?? error);
  return (kept && (await start(goOn(...kept, libraries)).catch(refused))) || (await first(start).catch(refused)) || start();
}
