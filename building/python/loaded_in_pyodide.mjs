// Which libraries numpy and Pillow load, for building/python/libraries.py:
// node loaded_in_pyodide.mjs PYODIDE_FOLDER LIBRARY.zip SITE IMPORTS.py
// SITE holds what lies in site-packages. Prints their paths in there as JSON, in the order in which they are loaded.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, library, site, imports] = process.argv.slice(2);

function* files(below = "") {
  for (const entry of fs.readdirSync(path.join(site, below), { withFileTypes: true })) {
    const name = path.posix.join(below, entry.name);
    if (entry.isDirectory()) yield* files(name);
    else yield name;
  }
}

try {
  const { loadPyodide } = await import(pathToFileURL(path.resolve(folder, "pyodide.mjs")));
  const pyodide = await loadPyodide({ indexURL: path.resolve(folder) + path.sep, stdLibURL: path.resolve(library) });
  const place = pyodide._api.sitePackages;
  for (const name of files()) {
    pyodide.FS.mkdirTree(path.posix.dirname(`${place}/${name}`));
    pyodide.FS.writeFile(`${place}/${name}`, new Uint8Array(fs.readFileSync(path.join(site, name))));
  }
  pyodide.runPython(fs.readFileSync(imports, "utf-8"));
  const loaded = Object.keys(pyodide._module.LDSO.loadedLibsByName).filter((name) => name.startsWith(place));
  console.log(JSON.stringify(loaded.map((name) => name.slice(place.length + 1))));
} catch (error) {
  console.error(error.message.slice(-2000));
  process.exit(1);
}
process.exit(0);
