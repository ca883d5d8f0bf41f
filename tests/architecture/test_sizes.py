"""How big things may be: a file that does not fit into one head is two files."""

import ast
from collections.abc import Iterator

from tests.architecture.house import PYTHON_FOLDERS, ROOT, name_of, python_files, sources

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 30
WRITTEN_BY_HAND = {".css", ".html", ".js", ".lua", ".py", ".ts", ".tsx"}
GENERATED = "generated"


def test_no_source_file_has_four_hundred_lines() -> None:
    hand_written = (path for path in sources() if path.suffix in WRITTEN_BY_HAND and GENERATED not in path.name)

    too_long = {name_of(path): lines for path in hand_written if (lines := len(path.read_text().splitlines())) >= LINES_OF_A_FILE}

    assert too_long == {}


def test_no_function_has_more_than_thirty_lines() -> None:
    too_long = {}
    for path in python_files():
        for function in functions(ast.parse(path.read_text())):
            lines = lines_of(function)
            if lines > LINES_OF_A_FUNCTION:
                too_long[f"{name_of(path)}:{function.lineno} {function.name}"] = lines

    assert too_long == {}


def test_every_folder_with_python_says_in_one_sentence_what_it_is() -> None:
    folders = {path.parent for path in python_files() if name_of(path).split("/")[0] in PYTHON_FOLDERS}

    silent = sorted(name_of(folder) for folder in folders if not opening_of(folder / "__init__.py"))

    assert silent == []


def opening_of(file: object) -> str | None:
    """The docstring of a module; none if there is no such file."""
    path = ROOT / str(file)
    return ast.get_docstring(ast.parse(path.read_text())) if path.exists() else None


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """What it does, in lines; its signature and its docstring are a promise and may be as long as that needs."""
    body = function.body
    if ast.get_docstring(function):
        body = body[1:]
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1 if body else 0
