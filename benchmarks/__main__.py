"""``python -m benchmarks NAME [...]`` runs one benchmark; without a name it lists them."""

from __future__ import annotations

import runpy
import sys

from benchmarks import REGISTRY


def main(arguments: list[str]) -> int:
    """Run the benchmark named, or list all; return the exit code."""
    if not arguments:
        for name, (_, question) in REGISTRY.items():
            print(f"{name:<14} {question}")
        return 0
    name, *rest = arguments
    if name not in REGISTRY:
        print(f"There is no benchmark {name!r}; there are: {', '.join(REGISTRY)}.", file=sys.stderr)
        return 2
    module = REGISTRY[name][0]
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
