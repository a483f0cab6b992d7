// Runs the core's unit tests inside the Pyodide that ships: node run_core_tests.mjs DIST REPO PARTS.zip PYTEST_ARGUMENT...
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [dist, repo, parts, ...rest] = process.argv.slice(2);
const vendor = path.join(path.resolve(dist), "vendor");
const { loadPyodide } = await import(pathToFileURL(path.join(vendor, "pyodide", "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: path.join(vendor, "pyodide") + path.sep });

const bytes = (...parts) => new Uint8Array(fs.readFileSync(path.join(...parts)));
const wheels = fs.readdirSync(path.join(vendor, "wheels")).filter((name) => name.endsWith(".whl"));
for (const wheel of wheels)
  pyodide.unpackArchive(bytes(vendor, "wheels", wheel), "whl", { extractDir: "/parts" });
// They lie by themselves: building/python/libraries.py.
for (const { path: place, file } of JSON.parse(fs.readFileSync(path.join(vendor, "memory", "memory.json"))).libraries)
  pyodide.FS.writeFile(`/parts/${place}`, bytes(vendor, "memory", file));
pyodide.unpackArchive(bytes(parts), "zip", { extractDir: "/parts" });
// pytest wants more of Python's library than ships: behind the shipped one lies the whole.
pyodide.FS.writeFile("/whole.zip", bytes(repo, "node_modules", "pyodide", "python_stdlib.zip"));
pyodide.FS.mkdirTree("/repo/app");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: path.resolve(repo, "app") }, "/repo/app");
pyodide.FS.writeFile("/repo/pyproject.toml", bytes(repo, "pyproject.toml"));
pyodide.FS.mkdirTree("/repo/tests");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: path.resolve(repo, "tests") }, "/repo/tests");

pyodide.globals.set("arguments", pyodide.toPy(rest));
const result = pyodide.runPython(`
import asyncio, concurrent.futures, ctypes, email, json, os, sys, urllib
sys.dont_write_bytecode = True
sys.path[:0] = ["/repo", "/parts"]
sys.path.append("/whole.zip")
# Of these packages only some modules ship.
for package in (concurrent.futures, ctypes, email, urllib):
    package.__path__.append("/whole.zip/" + package.__name__.replace(".", "/"))
os.chdir("/repo")
import pytest

class Loop(asyncio.BaseEventLoop):
    # Node cannot block for Pyodide's own loop. Nothing from outside wakes the core's coroutines, so this one never waits.
    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout):
        assert timeout is not None, "a test waits for something that nobody does"
        return []

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

def run(coroutine):
    outer, loop = asyncio._get_running_loop(), Loop()
    asyncio._set_running_loop(None)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
        asyncio._set_running_loop(outer)

asyncio.run = run

class Count:
    passed = 0
    def pytest_runtest_logreport(self, report):
        self.passed += report.when == "call" and report.passed

count = Count()
status = pytest.main(["-p", "no:cacheprovider", "--rootdir=/repo", *arguments], plugins=[count])
import app.core
json.dumps({"status": int(status), "passed": count.passed, "python": sys.version, "app": app.core.__path__[0]})
`);
console.log(result);
