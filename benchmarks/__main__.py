"""Runs every benchmark, or those named: `make bench`, `make bench ARGS="accuracy logs"`. A new one is a new file with a
function `main` that prints its tables."""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType


def benchmarks() -> dict[str, ModuleType]:
    """By name, the modules of this folder that measure something."""
    names = [found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]) if found.name != "__main__"]
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "main")}


def main(names: list[str]) -> int:
    known = benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark is named {', '.join(unknown)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    for name in names or known:
        known[name].main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
