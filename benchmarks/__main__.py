"""The benchmarks one after the other, or those that are named: ``make bench``, ``python -m benchmarks log_index``."""

from __future__ import annotations

import argparse
import importlib

NAMES = (
    "first_paint", "row_to_screen", "idle_and_live", "long_run", "log_index", "metric_history", "many_runs",
    "run_table", "chart_frame", "supervision", "memory_estimate", "data_inspection",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)} (default: all)")
    names = parser.parse_args().names
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for name in names or NAMES:
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
