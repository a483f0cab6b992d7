// Runs one Python file in the MicroPython that ships: node run_in_micropython.mjs DIST SCRIPT
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [dist, script] = process.argv.slice(2);
const vendor = path.join(path.resolve(dist), "vendor", "micropython");
const { loadMicroPython } = await import(pathToFileURL(path.join(vendor, "micropython.mjs")));
const micropython = await loadMicroPython({
  url: path.join(vendor, "micropython.wasm"),
  stdout: (line) => process.stdout.write(line + "\n"),
  linebuffer: true,
});

// Our Python as the page has it.
const pack = JSON.parse(fs.readFileSync(path.join(dist, "screen.pack.json"), "utf-8"));
for (const [name, source] of Object.entries(pack)) {
  micropython.FS.mkdirTree("/" + path.posix.dirname(name));
  micropython.FS.writeFile("/" + name, source);
}
micropython.runPython("import sys; sys.path.insert(0, '/')");
try {
  micropython.runPython(fs.readFileSync(script, "utf-8"));
} catch (error) {
  process.stderr.write(String(error.message || error) + "\n");
  process.exit(1);
}
