"""Who may import whom (docs/architecture.md), and how long files and functions may be: read from the source itself."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = (
    "scoring",
    "leaderboard",
    "submissions",
    "hulk_site",
    "hulk",
    "hulk_cli",
    "tests",
    "scripts",
    "benchmarks",
    "examples",
)
FILE_LINES, FUNCTION_LINES = 400, 50
NOWHERE = -1

MAY_IMPORT = {
    "scoring": {"scoring"},
    "leaderboard": {"leaderboard", "scoring"},
    "submissions": {
        "submissions",
        "leaderboard.models",
        "leaderboard.catalogue",
        "leaderboard.publishing",
        "leaderboard.ranking",
        "leaderboard.evidence",
        "leaderboard.derivations",
        "leaderboard.downloads",
        "leaderboard.numbers",
        "scoring",
    },
    "hulk_site": {"hulk_site", "submissions", "leaderboard", "scoring"},
    "hulk_cli": {"hulk_cli", "scoring"},
    "hulk": {"hulk", "hulk_cli", "scoring"},
    "examples": {"examples", "hulk"},
}

ORDER = {
    "scoring": (
        "verify",
        "reports measuring recognition",
        "checks scores ranking catalogue manifest",
        "curves cost runs latency energy metrics excerpts readers gold goldset",
        "values",
        "findings rules",
    ),
    "leaderboard": (
        "apps urls management",
        "admin api views entry_views feeds takeaways",
        "serializers forms exports pictures comparison loading",
        "jobs synthetic",
        "rescoring publishing",
        "boards headings public_api entry_page overview walks badges",
        "then",
        "standing ordering",
        "held scorings",
        "board_templates board_charts charts citation evidence_lines intervals derivations samples templatetags",
        "history filters records",
        "ranking",
        "lines rowscores marks tallies pricing ties",
        "slots columns cursors parameters",
        "searching",
        "numbers folding page_cache downloads",
        "catalogue evidence object_storage baselines",
        "names palette versions moments",
        "models",
    ),
    "submissions": (
        "apps urls management",
        "blind_api evidence_api",
        "talk_views talk_api webhook_views webhook_api",
        "admin api api_schema tus views drafting evidence_step mail_views",
        "hardware_form evidence_forms",
        "serializers parsers forms review_page outbox_admin progress_page resumable recognition",
        "intake",
        "jobs",
        "verification inspection",
        "reports review",
        "cases snapshots tidying heartbeat",
        "mail webhooks",
        "bundles needs room price_list spool fixity file_names talk changes",
        "manifest idempotency permissions preconditions bounds contents",
        "outbox letters",
        "evidence gold leases outside mail_choices",
        "departures",
        "lifecycle quota uploads broker organisations",
        "notices",
        "models",
        "errors",
    ),
    "hulk_cli": (
        "__main__",
        "app",
        "check init submit listing board auth",
        "status",
        "session server_report",
        "client report",
        "sending waiting downloading",
        "verdict derivation examples",
        "goldfiles",
        "folder unfinished",
        "calls configuration",
        "transfer",
        "tus",
        "transport",
        "errors shapes output version",
    ),
    "hulk": (
        "trainer",
        "recording",
        "clock logfile submission",
    ),
}
"""Inside a folder a module imports those of its own line and of the lines below it, never those above."""

SCORING_NEEDS = {*sys.stdlib_module_names, "numpy", "re2", "scoring"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of ours by dotted name, migrations excepted."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")] + list(ROOT.glob("*.py"))
    return {dotted(path): ast.parse(path.read_text()) for path in paths if "migrations" not in path.parts}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a tree imports; of `from a import b`, `a.b` where that is a module of ours, else `a`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import at line {node.lineno}: write the whole name"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in sources() else str(node.module)


def is_ours(name: str) -> bool:
    return name.split(".")[0] in FOLDERS


def is_under(name: str, parents: set[str]) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def ours() -> Iterator[tuple[str, str]]:
    """Every import of ours by ours: (importer, imported)."""
    for module, tree in sources().items():
        yield from ((module, name) for name in imported(tree) if is_ours(name))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_folders_import_one_way():
    wrong = [
        f"{module} imports {name}"
        for module, name in ours()
        if module.split(".")[0] in MAY_IMPORT and not is_under(name, MAY_IMPORT[module.split(".")[0]])
    ]
    assert wrong == []


def test_modules_of_a_folder_import_downwards():
    wrong = []
    for module, name in ours():
        folder = module.split(".")[0]
        if folder in ORDER and name.split(".")[0] == folder and NOWHERE < level(name) < level(module):
            wrong.append(f"{module} imports {name}, which stands above it")
    assert wrong == []


def test_every_module_has_its_place_in_the_order():
    assert [module for module in sources() if module.split(".")[0] in ORDER and level(module) == NOWHERE] == []


def level(module: str) -> int:
    """The line of the order that a module stands on; the folder itself, which only collects names, on the first."""
    folder, _, rest = module.partition(".")
    first = rest.split(".")[0]
    return next((number for number, line in enumerate(ORDER[folder]) if not first or first in line.split()), NOWHERE)


def test_nothing_of_ours_is_imported_inside_a_function():
    wrong = [
        f"{module}: {function.name} imports {name}"
        for module, tree in sources().items()
        for function in functions(tree)
        for name in imported(function)
        if is_ours(name)
    ]
    assert wrong == []


def test_no_module_imports_itself_by_way_of_others():
    graph: dict[str, set[str]] = {module: set() for module in sources()}
    for module, name in ours():
        if name in graph and name != module:
            graph[module].add(name)
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a circle: {' > '.join((*path, module))}"
        if module not in done:
            for name in sorted(graph[module]):
                visit(name, (*path, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


def test_scoring_needs_only_the_standard_library_numpy_and_re2():
    wrong = [
        f"{module} imports {name}"
        for module, tree in sources().items()
        if module.split(".")[0] == "scoring"
        for name in imported(tree)
        if name.split(".")[0] not in SCORING_NEEDS
    ]
    assert wrong == []


def test_files_and_functions_are_short():
    long = []
    for module, tree in sources().items():
        lines = max((node.end_lineno or 0 for node in tree.body), default=0)
        if lines > FILE_LINES:
            long.append(f"{module} has {lines} lines")
        for function in functions(tree):
            size = (function.end_lineno or 0) - function.lineno + 1
            if size > FUNCTION_LINES:
                long.append(f"{module}: {function.name} has {size} lines")
    assert long == []
