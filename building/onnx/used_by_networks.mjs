// Which functions of ONNX Runtime Web our networks call: node used_by_networks.mjs ORT_FOLDER FOLDER
// In FOLDER: marking.wasm, the networks, and job.json, see building/onnx/lean_runtime.py. Writes used.json there.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, folder] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(folder, name));
const { marks: [address, count], threads, networks } = JSON.parse(read("job.json"));

const PAGE_BYTES = 65536, RIM_BYTES = 2 ** 24;
let memory;
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(wanted) {
    super({ ...wanted, initial: Math.max(wanted.initial, Math.ceil((address + count) / PAGE_BYTES)) });
    memory = this;
  }
};

const ort = await import(pathToFileURL(path.join(runtime, "ort.node.min.mjs")));
Object.assign(ort.env.wasm, { numThreads: threads, wasmBinary: read("marking.wasm") });
// As static/networks.mjs opens them.
const OPTIONS = { executionProviders: ["wasm"], graphOptimizationLevel: "disabled", logSeverityLevel: 3 };

function tensor(shape) {
  const level = (place) => Math.sin(12.9898 * place) * ((place % 7) + 1) * 0.4;
  return new ort.Tensor("float32", Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => level(i)), shape);
}

const marked = () => new Uint8Array(memory.buffer, address, count);
// Which thread does what of a run is chance, and on a busy machine the first one does all of it, most of all where that
// is little. So a network is run again until nothing new has been called for so long, in so many runs.
const QUIET_MS = 2000, QUIET_RUNS = 20;
async function until_quiet(run) {
  for (let seen = 0, since = performance.now(), runs = 0; performance.now() - since < QUIET_MS || runs < QUIET_RUNS; ) {
    await run();
    runs += 1;
    const now = marked().reduce((sum, mark) => sum + mark, 0);
    if (now !== seen) [seen, since, runs] = [now, performance.now(), 0];
  }
}

try {
  for (const { file, sizes } of networks) {
    const session = await ort.InferenceSession.create(read(file), OPTIONS);
    const run = async (size) => {
      const shapes = session.inputMetadata.map(({ name, shape }) => [name, shape.map((side) => size[side] ?? side)]);
      await session.run(Object.fromEntries(shapes.map(([name, shape]) => [name, tensor(shape)])));
    };
    for (const size of sizes) await run(size);
    let turn = 0;
    if (threads > 1) await until_quiet(() => run(sizes[turn++ % sizes.length]));
    // How it fails is used, too.
    await session.run(Object.fromEntries(session.inputNames.map((name) => [name, tensor([1])]))).catch(() => {});
    await session.release();
  }
  await ort.InferenceSession.create(new Uint8Array(1000).fill(7), OPTIONS).catch(() => {});
} catch (error) {
  console.error(String(error.message || error));
  process.exit(1);
}
if (new Uint8Array(memory.buffer, address - RIM_BYTES, RIM_BYTES).some((byte) => byte)) {
  console.error("they ask for more memory than building/onnx/lean_runtime.py leaves before MARKS_AT");
  process.exit(1);
}
fs.writeFileSync(path.join(folder, "used.json"), JSON.stringify([...marked().keys()].filter((place) => marked()[place])));
// The runtime's threads would wait for more.
process.exit(0);
