// Python's memory with numpy and Pillow loaded: a first start leaves it on the device, and the next ones go on from it.
// Pyodide can do that, though not with the libraries of packages, which belong to WebAssembly and not to the memory. So
// these are loaded before Python begins, by either: then each lies at the same place, and the memory fits.
const NOTE_BYTES = 64, PLACE = 12; // what Emscripten notes of a library, and where in it the address of its data is
// In the table of functions they begin at a multiple of this: some browsers have an entry more before it.
const TABLE_STEP = 4096, PAGE_BYTES = 4096;

const fileOf = (runtime, path) => `${runtime.API.sitePackages}/${path}`;

function load(runtime, { path, module }) {
  const [name, flags, scope] = [fileOf(runtime, path), { nodelete: true }, {}];
  // Noted at the end of the memory, which nothing uses yet.
  const [first, note] = [runtime.wasmTable.length, runtime.HEAPU8.length - NOTE_BYTES];
  runtime.preloadedWasm[name] = runtime.loadWebAssemblyModule(module, flags, name, scope, note);
  runtime.loadDynamicLibrary(name, flags, scope);
  const address = runtime.HEAPU32[(note + PLACE) / 4];
  runtime.HEAPU8.fill(0, note);
  return [address, first];
}

// What creates the next Pyodide in the place of `create`, which Pyodide's own script leaves here. That script comes while
// Pyodide fetches the rest, so nobody waits for it first.
let next = null, create;
const creating = { get: () => create && ((given) => (next ?? create)(given)), set: (own) => { create = own; } };
Object.defineProperty(globalThis, "_createPyodideModule", creating);

// The next Pyodide loads these libraries, a promise of [{ path, module }], before Python begins, and then calls
// `then(runtime, places)`: of each library the address of its data, and its first place in the table of functions.
function loadFirst(libraries, settings, then) {
  next = async (given) => {
    next = null;
    const begun = new Promise((resolve, reject) => given.preRun.push(async (runtime) => {
      runtime.addRunDependency("libraries");
      const opened = await libraries.catch(reject);
      runtime.onRuntimeInitialized = () => {
        try {
          runtime.wasmTable.grow(TABLE_STEP - (runtime.wasmTable.length % TABLE_STEP));
          resolve(then(runtime, opened.map((each) => load(runtime, each))));
        } catch (error) { reject(error); } finally { runtime.onRuntimeInitialized = null; } // it holds on to memories
      };
      runtime.removeRunDependency("libraries");
    }));
    const [runtime] = await Promise.all([create(Object.assign(given, settings)), begun]);
    return runtime;
  };
}

// The pages that differ, as runs of [first, count]. What a memory grew by was empty before.
function changedPages(before, now) {
  const [old, new_] = [before, now].map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length / 4));
  const runs = [], step = PAGE_BYTES / 4;
  for (let page = 0; page * step < new_.length; page++) {
    let [at, end, last] = [page * step, (page + 1) * step, runs.at(-1)];
    while (at < end && new_[at] === (at < old.length ? old[at] : 0)) at++;
    if (at < end && last && last[0] + last[1] === page) last[1]++;
    else if (at < end) runs.push([page, 1]);
  }
  return runs;
}

// A first start by `start(settings)`, which is Pyodide's own, with `libraries` and `wheels`, a promise of ArrayBuffers;
// `imports` is Python. Returns Pyodide, and `leave` for when there is time: that returns `made`, which describes the
// memory, and `kept`, a Blob: the head of Pyodide's snapshot, and behind it the pages that Python has changed since the
// libraries were loaded.
export async function remember(start, { environment, imports }, libraries, wheels) {
  let before, places;
  loadFirst(libraries, {}, (runtime, found) => { [before, places] = [runtime.HEAPU8.slice(), found]; });
  const python = await start({ env: environment }), runtime = python._module;
  for (const wheel of await wheels) python.unpackArchive(wheel, "whl", { extractDir: runtime.API.sitePackages });
  // Python looks for these files; what would be in them is loaded.
  for (const { path } of await libraries) runtime.FS.writeFile(fileOf(runtime, path), "");
  python.runPython(imports);
  // Told of it before its start, Pyodide would show Python the browser through a veil, to note what is used of it.
  runtime.API.config._makeSnapshot = true;
  const snapshot = runtime.API.makeSnapshot();
  runtime.API.config._makeSnapshot = false;
  const bytes = runtime.HEAPU8.length, head_bytes = snapshot.length - bytes, now = snapshot.subarray(head_bytes);
  return { python, leave() {
    const runs = changedPages(before, now);
    const pages = runs.map(([first, count]) => now.subarray(first * PAGE_BYTES, (first + count) * PAGE_BYTES));
    const kept = new Blob([snapshot.subarray(0, head_bytes), ...pages]);
    // Many megabytes, given back at once: a browser takes its time to collect garbage.
    for (const { buffer } of [before, snapshot]) buffer.transfer?.(0);
    return { kept, made: { environment, places, bytes, head_bytes, runs } };
  } };
}

// How the next Pyodide is to be loaded so that it goes on from such a memory, the bytes of `kept`.
export function goOn({ environment, places, bytes, head_bytes, runs }, kept, libraries) {
  loadFirst(libraries, { INITIAL_MEMORY: bytes }, (runtime, found) => {
    // In another version of the browser they may lie elsewhere: then nothing in this memory would fit.
    if (`${found}` !== `${places}`) throw new Error("libraries lie elsewhere");
    // Where Pyodide has put this browser's way to count a function's arguments.
    const { _PyRuntime: python, _PyEM_EMSCRIPTEN_COUNT_ARGS_OFFSET: offset } = runtime.GOT;
    const place = (python.value + runtime.HEAP32[offset.value / 4]) / 4, counting = runtime.HEAP32[place];
    let at = head_bytes;
    for (const [first, count] of runs)
      runtime.HEAPU8.set(kept.subarray(at, at += count * PAGE_BYTES), first * PAGE_BYTES);
    runtime.HEAP32[place] = counting;
    kept.buffer.transfer?.(0);
  });
  return { env: environment, _loadSnapshot: kept.slice(0, head_bytes) };
}
