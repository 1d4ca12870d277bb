"""The first law: the core touches no world, and neither does what decides in the loop.

import-linter forbids the modules; this file forbids what needs no import, or what a permitted
module also offers: opening a file, printing, waiting, asking the clock, and remembering anything
between two calls.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.house.trees import CODE, OURS, nodes, tree

CORE = CODE / "core"
LOOP = [CODE / "loop" / name for name in ("admission.py", "step.py")]
MODULES = [*(path for path in OURS if path.is_relative_to(CORE)), *LOOP]

CALLS = {"open", "print", "input", "eval", "exec", "breakpoint", "__import__", "globals"}
CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}
MAKES_MUTABLE = {"dict", "list", "set", "bytearray", "defaultdict", "deque", "Counter"}
MUTATORS = {"add", "append", "clear", "extend", "insert", "pop", "popitem", "setdefault", "update"}


def impurities(module: ast.Module) -> list[str]:
    """Name every place of a module that reaches outside it or remembers, as `line: what`."""
    found = [*_touches(module), *_remembers(module)]
    return [f"{line}: {what}" for line, what in sorted(set(found))]


def _touches(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in nodes(module):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node.lineno, f"calls {name}"
            case ast.Attribute(value=face, attr=name) if name in CLOCKS and _is_clock(face):
                yield node.lineno, f"asks the clock by {name}"
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield node.lineno, "waits"
            case ast.Import(names=names):
                yield from ((node.lineno, why) for name in names for why in _reaches(name.name))
            case ast.ImportFrom(module=str(name)):
                yield from ((node.lineno, why) for why in _reaches(name))
            case ast.Global():
                yield node.lineno, "changes a global"
            case _:
                pass


def _reaches(module: str) -> Iterator[str]:
    """Tell the pure part of urllib from the rest, which an import contract cannot do."""
    if module.partition(".")[0] == "urllib" and module != "urllib.parse":
        yield f"imports {module}"


def _is_clock(face: ast.expr) -> bool:
    return ast.unparse(face).rpartition(".")[2] in {"date", "datetime"}


def _remembers(module: ast.Module) -> Iterator[tuple[int, str]]:
    shared = set(_mutable_names(module))
    for node in nodes(module):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if (
                name in shared
            ):
                yield node.lineno, f"writes into the module's {name}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=verb)) if (
                name in shared and verb in MUTATORS
            ):
                yield node.lineno, f"writes into the module's {name}"
            case ast.FunctionDef(decorator_list=marks):
                yield from (
                    (mark.lineno, "caches without a bound") for mark in marks if _hoards(mark)
                )
            case _:
                pass


def _mutable_names(module: ast.Module) -> Iterator[str]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                names = targets
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                names = [target]
            case _:
                continue
        if _is_mutable(value):
            yield from (name.id for name in names if isinstance(name, ast.Name))


def _is_mutable(value: ast.expr) -> bool:
    match value:
        case ast.Dict() | ast.List() | ast.Set() | ast.DictComp() | ast.ListComp() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in MAKES_MUTABLE
        case _:
            return False


def _hoards(mark: ast.expr) -> bool:
    """`lru_cache(maxsize=N)` is a law-abiding cache: its key is every argument, its size bound."""
    match mark:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in {"cache", "lru_cache"}
        case ast.Call(func=ast.Name(id="lru_cache") | ast.Attribute(attr="lru_cache")):
            sizes = [
                *mark.args[:1],
                *(word.value for word in mark.keywords if word.arg == "maxsize"),
            ]
            return not any(isinstance(size, ast.Constant) and size.value for size in sizes)
        case _:
            return False


def test_no_module_of_the_core_touches_the_world() -> None:
    found = {str(path.relative_to(CODE)): impurities(tree(path)) for path in MODULES}

    assert MODULES
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("open('x')", ["1: calls open"]),
        ("def f():\n    print(1)", ["2: calls print"]),
        ("eval('1')", ["1: calls eval"]),
        ("from urllib.request import urlopen", ["1: imports urllib.request"]),
        ("import urllib", ["1: imports urllib"]),
        ("async def f(): ...", ["1: waits"]),
        ("from datetime import datetime\ndatetime.now()", ["2: asks the clock by now"]),
        ("import datetime\ndatetime.date.today()", ["2: asks the clock by today"]),
        ("N = 0\ndef f():\n    global N", ["3: changes a global"]),
        ("SEEN = {}\ndef f(x):\n    SEEN[x] = 1", ["3: writes into the module's SEEN"]),
        (
            "SEEN: set[int] = set()\ndef f(x):\n    SEEN.add(x)",
            ["3: writes into the module's SEEN"],
        ),
        ("from functools import cache\n@cache\ndef f(x): ...", ["2: caches without a bound"]),
        ("@lru_cache(maxsize=None)\ndef f(x): ...", ["1: caches without a bound"]),
    ],
)
def test_what_reaches_outside_is_caught(source: str, expected: list[str]) -> None:
    assert impurities(ast.parse(source)) == expected


@pytest.mark.parametrize(
    "source",
    [
        "TABLE = {'a': 1}\ndef f(x):\n    return TABLE[x]",
        "def f(x):\n    seen = {}\n    seen[x] = 1\n    return seen",
        "@lru_cache(maxsize=256)\ndef f(x): ...",
        "from urllib.parse import quote",
        "def f(document):\n    return document.open",
    ],
)
def test_what_stays_inside_is_let_pass(source: str) -> None:
    assert impurities(ast.parse(source)) == []
