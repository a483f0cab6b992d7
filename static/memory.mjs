// Starts Pyodide from a memory that Python left when numpy and Pillow were loaded; building/python/snapshot.py has it made.
const NOTE_BYTES = 64, PLACE = 12; // what Emscripten notes of a library, and where in it the address of its data is
// In the table of functions they begin at a multiple of this: some browsers have an entry more before it.
const TABLE_STEP = 4096;

function load(runtime, { path, module }) {
  const [name, flags, scope] = [`${runtime.API.sitePackages}/${path}`, { nodelete: true }, {}];
  // Noted at the end of the memory, which nothing uses yet.
  const [first, note] = [runtime.wasmTable.length, runtime.HEAPU8.length - NOTE_BYTES];
  runtime.preloadedWasm[name] = runtime.loadWebAssemblyModule(module, flags, name, scope, note);
  runtime.loadDynamicLibrary(name, flags, scope);
  const address = runtime.HEAPU32[(note + PLACE) / 4];
  runtime.HEAPU8.fill(0, note);
  return [address, first];
}

// The next Pyodide loads these libraries, a promise of [{ path, module }], before Python begins, and then calls
// `then(runtime, places)`: of each library the address of its data, and its first place in the table of functions.
export function loadFirst(libraries, settings, then) {
  const create = globalThis._createPyodideModule;
  globalThis._createPyodideModule = async (given) => {
    globalThis._createPyodideModule = create;
    const begun = new Promise((resolve, reject) => given.preRun.push(async (runtime) => {
      runtime.addRunDependency("libraries");
      const opened = await libraries.catch(reject);
      runtime.onRuntimeInitialized = () => {
        try {
          runtime.wasmTable.grow(TABLE_STEP - (runtime.wasmTable.length % TABLE_STEP));
          resolve(then(runtime, opened.map((each) => load(runtime, each))));
        } catch (error) { reject(error); }
      };
      runtime.removeRunDependency("libraries");
    }));
    const [runtime] = await Promise.all([create(Object.assign(given, settings)), begun]);
    return runtime;
  };
}

// How the next Pyodide is to be loaded so that it goes on from a memory: `made` is memory.json, `kept` its bytes.
export function goOn(made, kept, open) {
  const libraries = Promise.all(made.libraries.map(async (each) => ({ ...each, module: await open(each.file) })));
  loadFirst(libraries, { INITIAL_MEMORY: made.bytes }, (runtime, places) => {
    // Another browser may put them elsewhere: then nothing in this memory would fit.
    if (`${places}` !== `${made.libraries.map(({ place }) => place)}`) throw new Error("libraries lie elsewhere");
    // Where Pyodide has put this browser's way to count a function's arguments.
    const { _PyRuntime: python, _PyEM_EMSCRIPTEN_COUNT_ARGS_OFFSET: offset } = runtime.GOT;
    const place = (python.value + runtime.HEAP32[offset.value / 4]) / 4, counting = runtime.HEAP32[place];
    let at = made.head_bytes;
    for (const [page, count] of made.runs) {
      runtime.HEAPU8.set(kept.subarray(at, at += count * made.page_bytes), page * made.page_bytes);
    }
    runtime.HEAP32[place] = counting;
  });
  return { env: made.environment, _loadSnapshot: kept.subarray(0, made.head_bytes) };
}
