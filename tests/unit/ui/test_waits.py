"""Every `await` of the screens has an end: it waits for Python of the house, or for the browser with a limit."""

import ast
from pathlib import Path

UI = Path(__file__).resolve().parents[3] / "app/ui"
TREES = {path.relative_to(UI).as_posix(): ast.parse(path.read_text()) for path in sorted(UI.rglob("*.py"))}
# `_wait_for` is the engine client's own, with its watchdog.
LIMITED = {"within", "of", "_wait_for"}
# What waits by itself: each of them is the inside of a limit, or a sleep.
CLOCK = {"sleep"}
BROWSER = {"window", "document"}


def called(node):
    """The last name of what is called: `frame_of` of `self.x.frame_of(...)`; None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def root(node):
    """The first name of a chain: `window` of `window.caches.open(...)`."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", None)


def own_nodes(function):
    """Everything inside a function but outside the coroutines that it defines, which have a turn of their own."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.AsyncFunctionDef):
            yield node
            waiting += ast.iter_child_nodes(node)


def coroutines():
    """Name -> definition of every coroutine of the screens, and of what they share with the engine."""
    trees = [*TREES.values(), ast.parse((UI.parent / "shared/bitmaps.py").read_text())]
    return {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}


def within_a_limit():
    """The names of coroutines that are waited for with a limit wherever they are: in them, everything has an end."""
    calls = [node for tree in TREES.values() for node in ast.walk(tree) if called(node) in LIMITED]
    return {called(argument) for call in calls for argument in call.args} - {None}


def unlimited():
    """`file:line` of each await whose end nobody sees to."""
    ours, limited = set(coroutines()), within_a_limit()
    for name, tree in TREES.items():
        if name == "browser/patience.py":
            continue
        for outer in ast.walk(tree):
            if not isinstance(outer, ast.AsyncFunctionDef) or outer.name in limited:
                continue
            for node in own_nodes(outer):
                if not isinstance(node, ast.Await):
                    continue
                awaited = called(node.value)
                ends = awaited in LIMITED | CLOCK or (awaited in ours and root(node.value) not in BROWSER)
                # A task of one of our own coroutines, or one of them by another name: the browser has no bare names.
                bare = isinstance(node.value, ast.Name) or isinstance(getattr(node.value, "func", None), ast.Name)
                if not ends and not bare:
                    yield f"{name}:{node.lineno} {ast.unparse(node)}"


def test_every_await_has_an_end():
    assert list(unlimited()) == []


def test_what_goes_on_by_itself_has_the_one_handler_around_it():
    loose = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if name not in ("browser/tasks.py", "browser/patience.py")
        and isinstance(node, ast.Expr)
        and called(node.value) == "create_task"
    ]
    assert loose == []


def test_what_the_browser_may_throw_is_called_where_python_sees_it():
    throws = {"localStorage", "sessionStorage", "caches", "drawImage", "putImageData"}
    makes = {"VideoFrame", "AudioContext", "BroadcastChannel"}
    wrong = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in throws or (node.attr == "new" and getattr(node.value, "attr", None) in makes))
    ]
    assert wrong == []
