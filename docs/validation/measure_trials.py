"""Run the virtual trials and write the tables of docs/validation.md.

Run ``python docs/validation/measure_trials.py`` from the root of the repository whenever results
change; it takes about ten minutes on two processors. ``--keep FOLDER`` also keeps all figures.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from experiments.trials.__main__ import Size, run_trials  # noqa: E402
from sim.experiments.executors import start_workers  # noqa: E402

WORKERS = 2


def main() -> None:
    """Run everything, write the tables and print them."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("--keep", type=Path)
    kept = command.parse_args().keep
    with TemporaryDirectory() as folder, start_workers("local", WORKERS) as workers:
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
        text = run_trials(kept or Path(folder), Size(), workers)
    (HERE / "trials.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
