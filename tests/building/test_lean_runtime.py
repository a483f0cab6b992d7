"""The runtime that ships is smaller, computes the very values of the whole one, and says so where it cannot."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from building.onnx import lean_runtime, webassembly
from building.onnx.lean_runtime import ORT, RUNTIME
from building.places import BuildError

MODELS = Path(__file__).resolve().parents[2] / "static" / "models"

COMPUTE = """
import fs from "node:fs";
const [to, ort_path, runtime, threads, model, wanted] = process.argv.slice(2);
const ort = await import(ort_path);
Object.assign(ort.env.wasm, { numThreads: +threads, wasmBinary: fs.readFileSync(runtime) });
const options = { executionProviders: ["wasm"], graphOptimizationLevel: "disabled", logSeverityLevel: 4 };
try {
  const session = await ort.InferenceSession.create(fs.readFileSync(model), options);
  const found = [];
  for (const sizes of JSON.parse(wanted)) {
    const feeds = session.inputMetadata.map(({ name, shape }) => {
      const sides = shape.map((side) => sizes[side] ?? side);
      const count = sides.reduce((a, b) => a * b);
      const levels = Float32Array.from({ length: count }, (_, place) => ((place * 7919) % 511) / 255.5 - 1);
      return [name, new ort.Tensor("float32", levels, sides)];
    });
    const results = await session.run(Object.fromEntries(feeds));
    found.push(...Object.values(results).map(({ data }) => Array.from(data)));
  }
  fs.writeFileSync(to, JSON.stringify(found));
} catch (error) {
  fs.writeFileSync(to, JSON.stringify({ error: String(error.message || error) }));
}
process.exit(0);
"""


@pytest.fixture(scope="module")
def compute(tmp_path_factory: pytest.TempPathFactory, node_and_npm: tuple[str, str], built_dist: Path):
    script = tmp_path_factory.mktemp("compute") / "compute.mjs"
    script.write_text(COMPUTE)
    runtimes = {"whole": ORT / Path(RUNTIME).name, "lean": built_dist / RUNTIME}

    def run(runtime: str | Path, threads: int, model: Path, *sizes: dict[str, int]) -> object:
        """What each output is, run by run; `sizes` of the open axes, for each run."""
        answer, wasm = script.with_name("answer.json"), runtimes.get(str(runtime), runtime)
        command = [node_and_npm[0], script, answer, ORT / "ort.node.min.mjs", wasm, threads, model]
        command.append(json.dumps(sizes or [{}]))
        subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=120)
        return json.loads(answer.read_text())

    return run


CANVASES = [{"height": height, "width": width} for height, width in ((320, 320), (256, 320), (320, 192), (32, 320))]


# None of the estimator's sizes was among those that the build looked at; of the detector's all are.
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "sizes"),
    [("detector", CANVASES), ("estimator", [{"nails": 4, "pictures": 6}, {"nails": 15, "pictures": 3}])],
)
def test_the_lean_runtime_computes_what_the_whole_one_does(compute, threads: int, name: str, sizes: list) -> None:
    model = MODELS / f"{name}.onnx"
    whole = compute("whole", threads, model, *sizes)
    assert isinstance(whole, list) and len(whole) >= len(sizes) and len(whole[0]) > 0
    assert compute("lean", threads, model, *sizes) == whole


def test_what_is_no_network_is_refused_in_the_same_words(compute, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    whole = (MODELS / "estimator.onnx").read_bytes()
    for data in (b"", b"\x08\x07" * 50, whole[: len(whole) // 2]):
        broken.write_bytes(data)
        said = compute("whole", 1, broken)
        assert said["error"]
        assert compute("lean", 1, broken) == said


def test_a_network_of_other_operators_ends_with_an_error(compute, tmp_path: Path) -> None:
    import onnx

    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    sides = [helper.make_tensor_value_info(name, kind, [3, 3]) for name in ("x", "y")]
    graph = helper.make_graph(
        [helper.make_node("Det", ["x"], ["d"]), helper.make_node("Erf", ["x"], ["y"])], "g", *([each] for each in sides)
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, tmp_path / "other.onnx")
    assert isinstance(compute("whole", 1, tmp_path / "other.onnx"), list)
    assert compute("lean", 1, tmp_path / "other.onnx")["error"]


def with_trees(count: int, depth: int) -> bytes:
    """An estimator of colour features and pictures whose head is trees: as many, each as deep."""
    import onnx

    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    inner, nodes = 2**depth - 1, 2 ** (depth + 1) - 1
    places = [(tree, node) for tree in range(count) for node in range(nodes)]
    leaves = [(tree, node) for tree, node in places if node >= inner]
    head = helper.make_node(
        "TreeEnsembleRegressor",
        ["color_features"],
        ["by_trees"],
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=[tree for tree, _ in places],
        nodes_nodeids=[node for _, node in places],
        nodes_featureids=[(7 * tree + node) % 67 if node < inner else 0 for tree, node in places],
        nodes_modes=["BRANCH_LEQ" if node < inner else "LEAF" for _, node in places],
        nodes_values=[((13 * tree + 5 * node) % 19) / 9.5 - 1 for tree, node in places],
        nodes_truenodeids=[2 * node + 1 if node < inner else 0 for _, node in places],
        nodes_falsenodeids=[2 * node + 2 if node < inner else 0 for _, node in places],
        target_treeids=[tree for tree, _ in leaves],
        target_nodeids=[node for _, node in leaves],
        target_ids=[0] * len(leaves),
        target_weights=[((3 * tree + node) % 11) / 11 for tree, node in leaves],
    )
    body = [
        helper.make_node("ReduceMean", ["image"], ["by_picture"], axes=[1, 2, 3, 4], keepdims=0),
        head,
        helper.make_node("Squeeze", ["by_trees", "last"], ["by_nail"]),
        helper.make_node("Add", ["by_nail", "by_picture"], ["hb_g_dl"]),
    ]
    inputs = {"image": ["nails", "pictures", 3, 8, 8], "color_features": ["nails", 67]}
    graph = helper.make_graph(
        body,
        "g",
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info("hb_g_dl", kind, ["nails"])],
        [helper.make_tensor("last", onnx.TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 8
    data: bytes = model.SerializeToString()
    return data


def test_a_runtime_for_trees_runs_them_for_any_number_of_nails(
    compute, node_and_npm: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path / "cache"))
    network, runtime = tmp_path / "trees.onnx", tmp_path / "lean.wasm"
    # One thread takes trees one by one; several share out more than 80 of them, where there is one nail.
    network.write_bytes(with_trees(120, depth=3))
    said = {
        "detector": {"file": "none.onnx", "side_px": 320},
        "estimator": {"file": network.name, "views": [{}], "mirror": True},
    }
    whole = ORT / Path(RUNTIME).name
    files = {"models/models.json": json.dumps(said).encode(), "models/trees.onnx": network.read_bytes()}
    made = lean_runtime.lean({**files, RUNTIME: whole.read_bytes()}, [node_and_npm[1]], lambda line: None)
    runtime.write_bytes(made[RUNTIME])
    assert len(made[RUNTIME]) < 0.5 * whole.stat().st_size
    sizes = [{"nails": nails, "pictures": 1 + nails % 2} for nails in range(1, 17)]
    for threads in (1, 4):
        values = compute("whole", threads, network, *sizes)
        assert [len(each) for each in values] == list(range(1, 17)) and len(set(values[-1])) > 8
        for found, expected in zip(compute(runtime, threads, network, *sizes), values, strict=True):
            assert found == pytest.approx(expected, rel=1e-5)
    # The runtime of a page whose networks have no trees has nothing to run them with.
    assert compute("lean", 1, network, *sizes)["error"]


def test_it_is_less_than_half(built_dist: Path) -> None:
    assert (built_dist / RUNTIME).stat().st_size < 0.5 * (ORT / Path(RUNTIME).name).stat().st_size


@pytest.mark.parametrize("path", [RUNTIME, "vendor/pyodide/pyodide.asm.wasm", "vendor/micropython/micropython.wasm"])
def test_every_function_of_every_module_is_understood(built_dist: Path, path: str) -> None:
    data = (built_dist / path).read_bytes()
    module = webassembly.read(data)
    functions = module.imported_functions + len(module.bodies)
    assert len(module.bodies) > 100
    assert all(number < functions for body in module.bodies for number in webassembly.mentioned(body))
    assert webassembly.exported_functions(module) <= set(range(functions))


def test_the_same_functions_make_the_same_module() -> None:
    data = (ORT / Path(RUNTIME).name).read_bytes()
    module = webassembly.read(data)
    assert len(module.with_bodies(module.bodies)) <= len(data)
    assert webassembly.read(module.with_bodies(module.bodies)) == module
    everything = lean_runtime.without_the_rest(module, range(len(module.bodies)))
    assert webassembly.read(everything).bodies == module.bodies


def test_what_is_called_by_name_stays_and_the_rest_is_empty() -> None:
    # Functions 0 (exported) -> 1 -> 2; 3 stands alone; 4 is used and calls 3 within a block.
    def calls(*numbers: int) -> bytes:
        return b"\x00" + b"".join(b"\x02\x40\x10" + bytes([number]) + b"\x0b" for number in numbers) + b"\x0b"

    bodies = [calls(1), calls(2), calls(), calls(), calls(3)]
    exports = b"\x01\x01a\x00\x00"
    module = webassembly.Module([(webassembly.EXPORTS, exports), (webassembly.CODE, b"")], bodies, 0)
    never = webassembly.NEVER
    assert webassembly.read(lean_runtime.without_the_rest(module, [])).bodies == [*bodies[:3], never, never]
    assert webassembly.read(lean_runtime.without_the_rest(module, [4])).bodies == bodies


def test_networks_that_do_not_run_stop_the_build(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path))
    names = ("models.json", "detector.onnx", "estimator.onnx")
    files = {f"models/{name}": (MODELS / name).read_bytes() for name in names}
    files[RUNTIME] = (ORT / Path(RUNTIME).name).read_bytes()
    files["models/detector.onnx"] = b"no network"
    with pytest.raises(BuildError, match=r"models\.json names do not run in ONNX Runtime Web .*: export them anew"):
        lean_runtime.lean(files, [node_and_npm[1]], lambda line: None)
    with pytest.raises(BuildError, match="not what `python -m trainer export` writes"):
        lean_runtime.lean({**files, "models/models.json": b"{}"}, [node_and_npm[1]], lambda line: None)
    assert lean_runtime.lean({RUNTIME: b""}, [node_and_npm[1]], lambda line: None) == {}


def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(BuildError, match="no WebAssembly module"):
        webassembly.read(b"PK\3\4")
    with pytest.raises(BuildError, match="does not know: 0xFB"):
        webassembly.mentioned(b"\x00\xfb\x00\x0b")
