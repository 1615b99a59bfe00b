"""Run the backcast and write the tables and the picture of docs/validation.md.

Run ``python docs/validation/measure.py`` from the root of the repository whenever results change;
nine ensembles on two processors take some four minutes.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from experiments.backcast.ensemble import (  # noqa: E402
    GROWTH_SPREAD,
    MARGIN_SPREAD,
    SIZES,
    patterns,
    run_ensemble,
)
from experiments.backcast.figures import FIGURES, SEEDS, UNSEEN  # noqa: E402
from experiments.evidence.figure import estimates, table  # noqa: E402
from sim.scenario.scenario import load_scenario  # noqa: E402
from sim.version import MODEL_VERSION  # noqa: E402

WORKERS = 2

VARIANTS: dict[str, dict[str, float]] = {
    "`purchases_are_variable = false`": {"purchases_are_variable": False},
    "`with_drivers = false`": {"with_drivers": False},
    "`with_neighbours = false`": {"with_neighbours": False},
    "`with_rent = false`": {"with_rent": False},
    "`with_demography = false`": {"with_demography": False},
}


def run(case: tuple[int, dict[str, float]]) -> tuple[dict[str, float], np.ndarray]:
    """Run an ensemble; return its figures, and vacancy by town and year in per cent."""
    seed, changes = case
    names, vacancy = run_ensemble(seed, **changes)
    return patterns(names, vacancy), 100 * vacancy


def variant_table(default: dict[str, float], variants: dict[str, dict[str, float]]) -> str:
    """The table of ablations, first ensemble."""
    columns = {
        **{f"mean {year}": f"mean {year}, %" for year in (2001, 2012, 2015, 2024)},
        "rise 2012-15 a year": "rise 2012-15, points/year",
        "small less large, 2015": "small less large towns 2015, points",
        "SD 2015": "SD 2015, points",
    }
    text = "| | " + " | ".join(columns.values()) + " |\n| --- |" + " --- |" * len(columns) + "\n"
    for name, found in {"default": default, **variants}.items():
        text += f"| {name} | " + " | ".join(f"{found[w]:.1f}" for w in columns) + " |\n"
    return text


def inputs_table() -> str:
    """The table of inputs and their roles."""
    values = load_scenario("backcast").values
    growth = ", ".join(f"{100 * s.growth:+.1f}" for s in SIZES)
    closure, reletting = (values[f"{p}_margin_response"] for p in ("closure", "reletting"))
    rows = {
        "online share, spending, peripheral floor space to 2014": (
            "**inputs** from sources, or derived; not adjusted to vacancy"
        ),
        "peripheral floor space from 2015, costs of shops": "**inputs**, assumed",
        f"growth of residents by size of town, {growth} % a year, with a standard deviation of"
        f" {100 * GROWTH_SPREAD:.1f} between towns": "**input**, assumed",
        f"`starting_vacancy` {100 * values['starting_vacancy']:.1f} % of the mean town": (
            "**fitted** to the means of 2001 to 2015, together with records of shops"
        ),
        f"`closure_margin_response` {closure:g}, `reletting_margin_response` {reletting:g}": (
            "**fitted** to patterns 1 and 2, together with records of shops"
        ),
        f"`margin_spread` {values['margin_spread']:g}": (
            "**fitted** to pattern 2 and to long vacancy, together with records of shops"
        ),
        f"`town_shock_spread` {values['town_shock_spread']:g}, `town_shock_memory`"
        f" {values['town_shock_memory']:g} years": "**fitted** to towns that recover",
        f"standard deviation {MARGIN_SPREAD:g} of `town_margin` between towns": (
            "**fitted** to pattern 4 in 2001, with model 2"
        ),
        "accounts with purchases as a variable cost": (
            "**chosen** on patterns 1, 2 and 5, see below"
        ),
    }
    body = "".join(f"| {what} | {role} |\n" for what, role in rows.items())
    return f"| what | role |\n| --- | --- |\n{body}"


def draw(percent: np.ndarray) -> None:
    """Plot the spread and mean of vacancy over towns with the observed values."""
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["svg.hashsalt"] = "essaim"
    years = np.arange(2001, 2025)
    picture, axes = plt.subplots(figsize=(7.2, 3.6))
    low, high = np.quantile(percent, (0.05, 0.95), axis=0)
    axes.fill_between(years, low, high, color="#56B4E9", alpha=0.3, lw=0, label="nine towns in ten")
    axes.plot(years, percent.mean(axis=0), color="#0072B2", lw=2, label="mean of 104 drawn towns")
    panels = {
        "CGEDD-IGF, 187 centres": ((2001, 2012, 2015), (6.1, 7.8, 10.4), "o"),
        "Procos, about 200 centres": ((2012, 2013, 2014, 2015), (7.2, 7.8, 8.5, 9.5), "s"),
        "FACT, 355 towns": ((2014, 2019, 2024), (6.8, 9.5, 11.0), "^"),
        "Action Cœur de Ville towns": ((2022, 2023), (12.5, 13.4), "D"),
    }
    for (label, (x, y, mark)), colour in zip(
        panels.items(), ("#D55E00", "#000000", "#009E73", "#CC79A7"), strict=True
    ):
        axes.plot(x, y, mark, color=colour, ms=5.5, label=label)
    axes.set_ylabel("vacant premises of town centres, %")
    axes.set_ylim(0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    picture.savefig(HERE / "backcast.svg", bbox_inches="tight", metadata={"Date": None})


def main() -> None:
    """Run all ensembles and write the tables and the picture."""
    cases = [(seed, {}) for seed in SEEDS] + [(SEEDS[0], changes) for changes in VARIANTS.values()]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        found, percents = zip(*pool.map(run, cases), strict=True)
    runs, others = found[: len(SEEDS)], dict(zip(VARIANTS, found[len(SEEDS) :], strict=True))
    towns = ", ".join(f"{s.towns} {s.name}" for s in SIZES)
    head = f"Model {MODEL_VERSION}; {len(SEEDS)} ensembles of towns by residents: {towns}."
    texts = {
        "backcast": f"{head}\n\n{table(FIGURES, estimates(FIGURES, runs))}",
        "unseen": table(UNSEEN, estimates(UNSEEN, runs)),
        "variants": variant_table(runs[0], others),
        "inputs": inputs_table(),
    }
    for name, text in texts.items():
        (HERE / f"{name}.md").write_text(text, encoding="utf-8")
    draw(percents[0])


if __name__ == "__main__":
    main()
