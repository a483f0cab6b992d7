// ONNX Runtime Web in a worker of its own: opens networks and runs them, as engine-shim.mjs asks.
import * as ort from "./vendor/ort/ort.wasm.min.mjs";
// ONNX Runtime imports this while it starts, and on a busy machine such an import was seen never to end in a worker of
// Firefox's. What is imported with this module itself is there by then.
import "./vendor/ort/ort-wasm-simd-threaded.mjs";

ort.env.wasm.wasmPaths = new URL("./vendor/ort/", import.meta.url).href;

// Threads need shared memory, which needs cross-origin isolation; iOS kills tabs that take much of it.
const { userAgent, maxTouchPoints: touches, hardwareConcurrency: cores } = navigator;
const handheldApple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touches > 1);
const usable = self.crossOriginIsolated && !handheldApple ? Math.min(4, cores || 1) : 1;
// ?threads=4 in the page's address: for the bench, and for who has cores to spare.
const asked = Number(new URLSearchParams(location.search).get("threads"));
// One by itself: a thread that waits for the others spins. Two on two cores took 1.7 times the work of one, a photo no
// less time, and where the device has one core to give, a scan took half as long again.
const threads = ort.env.wasm.numThreads = asked >= 1 ? Math.min(usable, Math.floor(asked)) : 1;
// To optimize takes 0.4 s at every start, and makes a run faster by 3 %.
const OPTIONS = { executionProviders: ["wasm"], graphOptimizationLevel: "disabled", logSeverityLevel: 3 };

const sessions = [];
let opening = Promise.resolve();
async function open(bytes) {
  // One after the other: together they would open the runtime twice.
  const creating = opening.then(() => ort.InferenceSession.create(bytes, OPTIONS));
  opening = creating.catch(() => {});
  return { session: sessions.push(await creating) - 1, threads };
}
async function run({ session, names, data, shapes }) {
  const feeds = Object.fromEntries(names.map((name, i) => [name, new ort.Tensor("float32", data[i], shapes[i])]));
  const results = Object.entries(await sessions[session].run(feeds));
  return results.map(([name, { data, dims }]) => ({ name, data, shape: Array.from(dims) }));
}
self.onmessage = async ({ data: call }) => {
  try {
    self.postMessage({ number: call.number, answer: await (call.open ? open(call.open) : run(call)) });
  } catch (error) {
    self.postMessage({ number: call.number, error: String(error.message || error) });
  }
};
