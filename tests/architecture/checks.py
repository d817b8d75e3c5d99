"""What a syntax tree can tell of the house rules (`style.md` 1 and 2): each check returns its findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from tests.architecture.source import KERNEL, Module

FILE_LINES_MAX = 300
KERNEL_FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 60
POSITIONAL_MAX = 4
NESTING_MAX = 3

FORBIDDEN_WORDS = frozenset(
    {"apply", "mutate", "process", "manager", "util", "utils", "helper", "helpers", "common"}
)
IMPURE_MODULES = frozenset(
    {"asyncio", "http", "httpx", "io", "logging", "os", "pathlib", "random", "secrets"}
    | {"shutil", "socket", "sqlite3", "ssl", "structlog", "subprocess", "tempfile", "threading", "time"}
    | {"eventlog.clock", "urllib.request"}
)
IMPURE_NAMES = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "uuid.uuid1", "uuid.uuid4", "uuid4"}
    | {"open", "print", "input", "Path"}
)
# Written in capitals, as ours is; English sentences that begin with "With" are no statements.
SQL_BEGINS = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|TRUNCATE|LISTEN|NOTIFY)\b"
)

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar),
    ast.Match,
)


def long_files(module: Module) -> Iterator[str]:
    """Find a file above its limit."""
    limit = KERNEL_FILE_LINES_MAX if module.room in KERNEL else FILE_LINES_MAX
    lines = len(module.text.splitlines())
    if lines > limit:
        yield f"{module.path} has {lines} lines, at most {limit}"


def long_functions(module: Module) -> Iterator[str]:
    """Find functions above their limit."""
    for function in functions_in(module):
        lines = (function.end_lineno or 0) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield module.at(function, f"{function.name} has {lines} lines, at most {FUNCTION_LINES_MAX}")


def many_positionals(module: Module) -> Iterator[str]:
    """Find functions with too many positional parameters; an override has its base's."""
    for function in functions_in(module):
        taken = [*function.args.posonlyargs, *function.args.args]
        count = sum(each.arg not in {"self", "cls"} for each in taken)
        if count > POSITIONAL_MAX and "override" not in map(dotted, function.decorator_list):
            yield module.at(
                function, f"{function.name} has {count} positional parameters, at most {POSITIONAL_MAX}"
            )


def deep_nesting(module: Module) -> Iterator[str]:
    """Find functions with blocks within blocks within blocks; `elif` is no level of its own."""
    for function in functions_in(module):
        levels = _levels(function.body)
        if levels > NESTING_MAX:
            yield module.at(
                function, f"{function.name} is nested {levels} levels deep, at most {NESTING_MAX}"
            )


def forbidden_names(module: Module) -> Iterator[str]:
    """Find functions, classes and modules named by a word that says nothing."""
    for word in _words(module.path.rpartition("/")[2].removesuffix(".py")) & FORBIDDEN_WORDS:
        yield f"{module.path} is named by the word {word}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for word in _words(node.name) & FORBIDDEN_WORDS:
                yield module.at(node, f"{node.name} is named by the word {word}")


def impurities(module: Module) -> Iterator[str]:
    """Find time, chance, input, output and waiting."""
    for name, node in imports_of(module):
        if any(name == each or name.startswith(f"{each}.") for each in IMPURE_MODULES):
            yield module.at(node, f"imports {name}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield module.at(node, "waits for something")
        if isinstance(node, ast.Call) and dotted(node.func) in IMPURE_NAMES:
            yield module.at(node, f"calls {dotted(node.func)}")


def sql_in_python(module: Module, allowed: Mapping[str, str]) -> Iterator[str]:
    """Find statements outside `.sql` files; `allowed` are names of module constants with the reason for each."""
    kept = {id(node) for name in allowed for node in _nodes_of_constant(module, name)}
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in kept:
            continue
        if SQL_BEGINS.match(node.value) and " " in node.value.strip():
            yield module.at(node, "holds a statement that belongs into a .sql file")


def silent_subscribers(module: Module) -> Iterator[str]:
    """Find subscribers that do not say what happens to a record whose handling failed."""
    for node in calls_in(module):
        if dotted(node.func).endswith(".subscriber"):
            said = [keyword.arg for keyword in node.keywords].count("ack_policy")
            if said != 1:
                yield module.at(node, "is a subscriber without an ack_policy of its own")


def mocks(module: Module) -> Iterator[str]:
    """Find interfaces of ours (or anybody's) replaced by an object that agrees to everything."""
    for name, node in imports_of(module):
        if name.startswith(("unittest.mock", "mock", "pytest_mock")):
            yield module.at(node, f"imports {name}")
    for function in functions_in(module):
        if "mocker" in {each.arg for each in function.args.args}:
            yield module.at(function, "asks for a mocker")


def unexplained_sleeps(module: Module) -> Iterator[str]:
    """Find waits of a fixed time without a comment, on the line or just above, that says for what.

    A pause between two looks, in a loop, explains itself.
    """
    lines = module.text.splitlines()
    looped = {
        id(node) for loop in ast.walk(module.tree) if isinstance(loop, _LOOPS) for node in ast.walk(loop)
    }
    for node in calls_in(module):
        if id(node) in looped or dotted(node.func).rpartition(".")[2] != "sleep":
            continue
        if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0:
            continue
        above = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
        if "#" not in lines[node.lineno - 1] and not above.startswith("#"):
            yield module.at(node, "sleeps without saying why")


def functions_in(module: Module) -> Iterator[Function]:
    """Yield every function of a module, methods and inner functions included."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls_in(module: Module) -> Iterator[ast.Call]:
    """Yield every call of a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield node


def names_in(module: Module) -> Iterator[ast.AST]:
    """Yield every dotted name a module speaks."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node


def imports_of(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield the full name of everything a module imports, wherever it does."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def dotted(node: ast.AST) -> str:
    """Return a name or attribute as it is written, an empty text for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _levels(body: list[ast.stmt]) -> int:
    return max((_levels_of(statement) for statement in body), default=0)


def _levels_of(statement: ast.stmt) -> int:
    if not isinstance(statement, _BLOCKS):
        return 0
    inner = 0
    for name, value in ast.iter_fields(statement):
        if name in {"body", "finalbody"}:
            inner = max(inner, _levels(value))
        elif name == "orelse":
            is_elif = isinstance(statement, ast.If) and len(value) == 1 and isinstance(value[0], ast.If)
            inner = max(inner, _levels(value) - is_elif)
        elif name in {"handlers", "cases"}:
            inner = max(inner, *(_levels(each.body) for each in value), 0)
    return 1 + inner


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return set(spaced.lower().split("_"))


def _nodes_of_constant(module: Module, name: str) -> Iterator[ast.AST]:
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield from ast.walk(node)
