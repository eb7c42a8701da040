"""Runs the benchmarks that are named, prints their tables and appends a dated record to RECORD.md."""

import importlib
import sys

from harness import TemporaryFolder, record, table

NAMES = ["frames", "stow", "metadata", "image_sets", "events", "memory", "search", "tiers", "codec", "importing"]
# Take long or much disk: run by name only.
MORE = ["jobs", "jobs_s3"]


def main() -> int:
    names = sys.argv[1:] or NAMES
    unknown = [name for name in names if name not in NAMES + MORE]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES + MORE)}.", file=sys.stderr)
        return 2
    for name in names:
        benchmark = importlib.import_module(name)
        print(f"\n{name}: {benchmark.__doc__.splitlines()[0]}", flush=True)
        with TemporaryFolder() as folder:
            rows = benchmark.measure(folder)
        text = table(rows)
        print("\n" + text, flush=True)
        record(name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
