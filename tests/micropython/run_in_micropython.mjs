// Runs one Python file in the MicroPython that ships: node run_in_micropython.mjs DIST APP SCRIPT
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [dist, app, script] = process.argv.slice(2);
const vendor = path.join(path.resolve(dist), "vendor", "micropython");
const { loadMicroPython } = await import(pathToFileURL(path.join(vendor, "micropython.mjs")));
const micropython = await loadMicroPython({
  url: path.join(vendor, "micropython.wasm"),
  stdout: (line) => process.stdout.write(line + "\n"),
  linebuffer: true,
});

function copy(from, to) {
  micropython.FS.mkdirTree(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copy(path.join(from, entry.name), to + "/" + entry.name);
    else if (entry.name.endsWith(".py"))
      micropython.FS.writeFile(to + "/" + entry.name, fs.readFileSync(path.join(from, entry.name)));
  }
}
copy(app, "/app");
micropython.runPython("import sys; sys.path.insert(0, '/')");
try {
  micropython.runPython(fs.readFileSync(script, "utf-8"));
} catch (error) {
  process.stderr.write(String(error.message || error) + "\n");
  process.exit(1);
}
