// Compiles every .py of an archive, without docstrings, in Pyodide itself:
// node compile_in_pyodide.mjs PYODIDE_FOLDER FROM.zip TO.zip
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, from, to] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.resolve(folder, "pyodide.mjs")));
const pyodide = await loadPyodide({
  indexURL: path.resolve(folder) + path.sep,
  env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" },
});
pyodide.FS.writeFile("/from.zip", new Uint8Array(fs.readFileSync(from)));
const program = `
import ast, importlib.util, marshal, zipfile

# Nobody reads docstrings in a page, but Pyodide reads its own at its start.
WITH_DOCSTRINGS = ("_pyodide/", "pyodide/")
# These hold docstrings for what is written in C, and nothing else.
ALL_DOCSTRINGS = ("numpy/_core/_add_newdocs.py", "numpy/_core/_add_newdocs_scalars.py")

def without_docstrings(name, tree):
    if name in ALL_DOCSTRINGS:
        tree.body = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                # Empty, not gone: numpy hands some of them on.
                node.body[0].value.value = ""
    return tree

with zipfile.ZipFile("/from.zip") as sources, zipfile.ZipFile("/to.zip", "w") as compiled:
    for name in sorted(sources.namelist()):
        source = sources.read(name)
        try:
            tree = compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            if not name.startswith(WITH_DOCSTRINGS):
                tree = without_docstrings(name, tree)
            code = compile(tree, name, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise SyntaxError(str(error)) from None  # with file and line in one
        # Flag 1: it carries its source's hash, and nobody is to check it.
        head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
        compiled.writestr(zipfile.ZipInfo(name + "c"), head + marshal.dumps(code))
`;
try {
  pyodide.runPython(program);
} catch (error) {
  // By itself Node would print Pyodide's whole script before the reason.
  console.error(error.message);
  process.exit(1);
}
fs.writeFileSync(to, pyodide.FS.readFile("/to.zip"));
