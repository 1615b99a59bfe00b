"""Run the virtual trials: ``python -m experiments.trials FOLDER`` writes their tables.

``trials.md`` holds all tables; ``towns.csv`` the towns with default parameters; ``draws.csv``
each draw of the parameters with its figures and whether the trials leave it; ``conditional.csv``
the parameters before and after.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.evidence.bands import load_bands
from experiments.trials import comparison, creajeunes, enterprise_zone, groupements, tables
from experiments.trials.trial import Trial, hold_in_draw, hold_in_towns, usual
from sim.experiments.executors import Workers, start_workers
from sim.version import MODEL_VERSION

TRIALS: Final = (creajeunes.TRIAL, groupements.TRIAL, enterprise_zone.TRIAL)

BANDS: Final = Path(__file__).with_name("bands.toml")

DOSES: Final = (
    *((creajeunes.TRIAL, {"worth": 1.0, "creajeunes_hours": hours}) for hours in (80.0, 320.0)),
    *((groupements.TRIAL, {"talked_out": share}) for share in (0.25, 0.5, 0.75, 1.0)),
    *((enterprise_zone.TRIAL, {"relief": share}) for share in (0.3, 0.6, 0.95)),
)
"""Other versions of what was given, to see what would meet the published figures."""

MAIN: Final = {"creajeunes": "running", "groupements": "running", "zone": "2004"}
"""Figure of each trial that doses are compared by."""

CHUNK: Final = 20


@dataclass(frozen=True)
class Size:
    """Towns with default parameters, draws, towns of each draw, and towns of each dose."""

    towns: int = 300
    draws: int = 100
    towns_of_draw: int = 20
    towns_of_dose: int = 100


SMALL: Final = Size(40, 24, 2, 8)


def _towns(
    workers: Workers, trials: Sequence[Trial], n: int, changed: dict[str, float]
) -> pd.DataFrame:
    given = {name: value for trial in trials for name, value in usual(trial).items()}
    parts = [
        workers.submit(hold_in_towns, trials, range(at, min(at + CHUNK, n)), {}, given | changed)
        for at in range(0, n, CHUNK)
    ]
    return pd.concat([part.result() for part in parts])


def run_trials(folder: Path, size: Size, workers: Workers) -> str:
    """Run all trials, write their tables and return ``trials.md``."""
    towns = _towns(workers, TRIALS, size.towns, {})
    submitted = [
        workers.submit(hold_in_draw, TRIALS, number, size.towns_of_draw)
        for number in range(size.draws)
    ]
    held = [each for future in submitted if (each := future.result()) is not None]
    parameters = pd.DataFrame([each.values for each in held])
    draws = pd.DataFrame([each.figures for each in held])
    dosed = []
    for trial, changed in DOSES:
        figure = f"{trial.name}_{MAIN[trial.name]}"
        found = comparison.estimate(
            figure, _towns(workers, [trial], size.towns_of_dose, changed), "1"
        )
        words = ", ".join(f"`{name}` {value:g}" for name, value in changed.items())
        dosed.append((trial.name, words, found))
    bands = load_bands(BANDS)
    found_all = comparison.compare(bands, towns, draws, parameters)
    given = comparison.condition(found_all, parameters)
    towns.to_csv(folder / "towns.csv", index_label="town")
    all_of_draws = pd.concat([parameters, draws], axis=1).assign(kept=given.kept)
    all_of_draws.to_csv(folder / "draws.csv", index=False)
    given.table.to_csv(folder / "conditional.csv", index_label="parameter")

    others = {name: comparison.moved_by(name, draws, parameters) for name in tables.MORE}
    estimates = {name: comparison.estimate(name, towns, "1") for name in map(str, towns)}
    head = (
        f"Model {MODEL_VERSION}; {size.towns} towns with default parameters, {len(draws)} draws of "
        f"the parameters with {size.towns_of_draw} towns each ({size.draws - len(draws)} more "
        "cannot start); 90 % intervals.\n"
    )
    text = "\n".join(
        (
            head,
            tables.against_bands(found_all),
            tables.movers(found_all, others),
            tables.sides(estimates),
            tables.zone(estimates),
            tables.doses(pd.DataFrame(dosed)),
            tables.ruled_out(given),
        )
    )
    (folder / "trials.md").write_text(text, encoding="utf-8")
    return text


def main() -> None:
    """Run the trials with the options of the command line."""
    command = argparse.ArgumentParser(prog="python -m experiments.trials", description=__doc__)
    command.add_argument("folder", type=Path, help="tables go here")
    command.add_argument("--workers", type=int, default=2)
    command.add_argument("--small", action="store_true", help="a few towns, for trying")
    options = command.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(1), start_workers("local", options.workers) as workers:
        print(run_trials(options.folder, SMALL if options.small else Size(), workers))


if __name__ == "__main__":
    main()
