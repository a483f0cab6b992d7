// ONNX Runtime Web behind three calls, so that Python hands over flat arrays and gets flat arrays back.
import * as ort from "./vendor/ort/ort.wasm.min.mjs";

const vendor = new URL("./vendor/ort/", import.meta.url).href;
ort.env.wasm.wasmPaths = {
  mjs: vendor + "ort-wasm-simd-threaded.mjs",
  wasm: vendor + "ort-wasm-simd-threaded.wasm",
};

// Threads need shared memory, which needs cross-origin isolation; iOS kills tabs that take much of it.
export function usableThreads() {
  const handheldApple = /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  if (!globalThis.crossOriginIsolated || handheldApple) return 1;
  return Math.max(1, Math.min(4, navigator.hardwareConcurrency || 1));
}

export async function open(modelBytes, threads) {
  ort.env.wasm.numThreads = threads;
  return ort.InferenceSession.create(modelBytes, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
}

// names: string[], data: Float32Array[], shapes: number[][] -> [{ name, data, shape }]
export async function run(session, names, data, shapes) {
  const feeds = {};
  names.forEach((name, i) => { feeds[name] = new ort.Tensor("float32", data[i], shapes[i]); });
  const results = await session.run(feeds);
  const answer = session.outputNames.map((name) => {
    const tensor = results[name];
    return { name, data: tensor.data, shape: Array.from(tensor.dims) };
  });
  for (const feed of Object.values(feeds)) feed.dispose();
  return answer;
}
