// The memory of Python with numpy and Pillow loaded, for building/python/snapshot.py:
// node snapshot_in_pyodide.mjs MEMORY.mjs PYODIDE_FOLDER LIBRARY.zip SITE OUT
// SITE holds what lies in site-packages. Writes memory.json and memory.bin into OUT: Pyodide's own head of a snapshot,
// and behind it the pages that Python changed, `runs` of [first, count], since the libraries were loaded.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [shared, folder, library, site, out] = process.argv.slice(2);
const beside = (name) => pathToFileURL(path.resolve(folder, name));
const { loadFirst } = await import(pathToFileURL(shared));

// The same memory from the same parts: nothing of chance, of this moment or of this machine may stay in it.
crypto.randomFillSync = (numbers) => numbers.fill(1);
Date.now = () => 315532800000;
performance.now = () => 0;
process.argv[1] = "python";
Object.defineProperty(process, "pid", { value: 1 });

const ENVIRONMENT = { HOME: "/home/pyodide", PYTHONHASHSEED: "0", LANG: "C.UTF-8", _: "python" };
const PAGE_BYTES = 4096;
const IMPORTS = `
import importlib
importlib.invalidate_caches()
import asyncio, dataclasses, hashlib, json, random, traceback, zipfile
import numpy.ma, numpy.typing
from PIL import Image, ImageOps
Image.init()
import gc
gc.collect()
`;

function* files(below = "") {
  for (const entry of fs.readdirSync(path.join(site, below), { withFileTypes: true })) {
    const name = path.posix.join(below, entry.name);
    if (entry.isDirectory()) yield* files(name);
    else yield name;
  }
}

async function python(options) {
  await import(beside("pyodide.asm.js"));
  const { loadPyodide } = await import(beside("pyodide.mjs"));
  const settings = { indexURL: path.resolve(folder) + path.sep, stdLibURL: path.resolve(library), env: { ...ENVIRONMENT } };
  const pyodide = await loadPyodide({ ...settings, ...options });
  const place = pyodide._api.sitePackages;
  for (const name of [...files()].sort()) {
    pyodide.FS.mkdirTree(path.posix.dirname(`${place}/${name}`));
    pyodide.FS.writeFile(`${place}/${name}`, new Uint8Array(fs.readFileSync(path.join(site, name))));
  }
  pyodide.runPython(IMPORTS);
  const loaded = Object.keys(pyodide._module.LDSO.loadedLibsByName).filter((name) => name.startsWith(place));
  return { pyodide, loaded: loaded.map((name) => name.slice(place.length + 1)) };
}

try {
  // Once to see which libraries are loaded, and once more with all of them there before Python begins.
  const { loaded } = await python({});
  const opened = loaded.map((name) => ({ path: name, module: new WebAssembly.Module(fs.readFileSync(path.join(site, name))) }));
  let before, places;
  loadFirst(Promise.resolve(opened), {}, (runtime, found) => {
    before = runtime.HEAPU8.slice();
    places = found;
  });
  const { pyodide } = await python({ _makeSnapshot: true });
  const snapshot = pyodide.makeMemorySnapshot();
  const now = snapshot.subarray(snapshot.length - pyodide._module.HEAPU8.length);
  const head = snapshot.subarray(0, snapshot.length - now.length);
  const runs = [], pages = [];
  for (let page = 0; page * PAGE_BYTES < now.length; page++) {
    const [new_, old] = [now, before].map((bytes) => bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
    // What the memory grew by was empty before.
    if (!Buffer.compare(new_, old.length ? old : Buffer.alloc(PAGE_BYTES))) continue;
    pages.push(new_);
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1]);
  }
  const libraries = loaded.map((name, number) => ({ path: name, place: places[number] }));
  const sizes = { bytes: now.length, head_bytes: head.length, page_bytes: PAGE_BYTES };
  fs.writeFileSync(path.join(out, "memory.json"), JSON.stringify({ environment: ENVIRONMENT, libraries, ...sizes, runs }));
  fs.writeFileSync(path.join(out, "memory.bin"), Buffer.concat([head, ...pages]));
} catch (error) {
  console.error(error.message.slice(-2000));
  process.exit(1);
}
process.exit(0);
