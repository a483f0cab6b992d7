// What the engine's worker loads first. While Python starts, the networks open in a worker of their own, and what it
// will ask for is on its way. Then Python hands flat arrays to the networks, and gets flat arrays back.
import { loadPyodide as load } from "./vendor/pyodide/pyodide.mjs";
import { goOn } from "./memory.mjs";

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
alive();

// Calls to networks.mjs, by their number. Where that cannot be loaded, the next call tries again.
const waiting = new Map(); // -> [resolve, reject]
let networks = null, calls = 0;
function ask(call) {
  networks ??= heard(new Worker(here("networks.mjs") + location.search, { type: "module" }));
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
export const run = (session, names, data, shapes) => ask({ session, names, data, shapes });

const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
function ahead(list, get, paths) {
  const begin = (path) => begun.set(path, get(path)).get(path).catch(() => {});
  begun.set(list, fetched(list)).get(list).then((bytes) => paths(parsed(bytes)).forEach(begin)).catch(() => {});
}
ahead("models/models.json", opened, (models) =>
  Object.values(models).filter((part) => part.file).map((network) => "models/" + network.file));

// Python's memory, where an earlier visit has kept it; the first one starts sooner without these megabytes.
const MEMORY = "vendor/memory/", LOCK = "vendor/pyodide/pyodide-lock.json";
const memory = fetched(MEMORY + "memory.json").then(parsed).then(async (made) => {
  const kept = await caches.match(here(MEMORY + made.file));
  const open = (file) => WebAssembly.compileStreaming(fetch(here(MEMORY + file))).finally(alive);
  return [made, new Uint8Array(await kept.arrayBuffer()), open];
}).finally(alive).catch(() => {
  ahead(LOCK, fetched, ({ packages }) => Object.values(packages).map((wheel) => "vendor/wheels/" + wheel.file_name));
  ahead(MEMORY + "memory.json", fetched, ({ libraries }) => libraries.map(({ file }) => MEMORY + file));
});

// PyScript takes this file for its interpreter: Pyodide's own files lie elsewhere.
export async function loadPyodide(options) {
  const settings = { ...options, indexURL: here("vendor/pyodide/") };
  const [kept] = await Promise.all([memory, import("./vendor/pyodide/pyodide.asm.js")]);
  const refused = ({ message }) => console.info("Python starts without its memory:", message);
  return (kept && await load({ ...settings, ...goOn(...kept) }).catch(refused)) || load(settings);
}
