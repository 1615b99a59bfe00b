"""Run the backcast and write the tables and the picture of docs/validation.md.

Run ``python docs/validation/measure.py`` from the root of the repository whenever results change;
it takes some three minutes.
"""

from __future__ import annotations

import sys
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
from sim.scenario.scenario import load_scenario  # noqa: E402
from sim.version import MODEL_VERSION  # noqa: E402

SEEDS = (1, 2, 3)

# Pattern, observed value and accepted band of each figure; docs/sources.md gives the sources.
ACCEPTED: dict[str, tuple[str, str, float, float]] = {
    "mean 2001": ("1", "6.1", 4.6, 7.6),
    "mean 2012": ("1", "7.8", 6.3, 9.3),
    "mean 2015": ("1", "10.4", 8.9, 11.9),
    "rise 2012-15 a year": ("2", "about 0.8", 0.6, 1.1),
    "2015, under 50,000": ("3", "11.1", np.nan, np.nan),
    "2015, 50,000 to 100,000": ("3", "11.3", np.nan, np.nan),
    "2015, 100,000 to 250,000": ("3", "9.2", np.nan, np.nan),
    "2015, over 500,000": ("3", "6", np.nan, np.nan),
    "gap between small and large, 2015": ("3", "5.3", 3.0, 7.0),
    "below 5 % in 2001": ("4", "43.5", 33.5, 53.5),
    "above 10 % in 2001": ("4", "11.5", 1.5, 21.5),
    "below 5 % in 2015": ("4", "7.5", 0.0, 17.5),
    "above 10 % in 2015": ("4", "about 50", 40.0, 60.0),
    "SD 2001": ("4", "", np.nan, np.nan),
    "SD 2015": ("4", "more than 2001", np.nan, np.nan),
    "mean 2024": ("5", "11 to 14", 10.0, 15.0),
}

# Observed values that were not used when the model was calibrated.
UNSEEN: dict[str, str] = {
    "below 5 % in 2012": "23.5",
    "above 10 % in 2012": "25.5",
    "above 10 % in 2014": "32.5",
}


def figures(seed: int, **parameters: object) -> tuple[dict[str, float], np.ndarray]:
    """Figures of patterns 1 to 5, and vacancy by town and year in per cent."""
    names, vacancy = run_ensemble(seed, **parameters)
    found = patterns(names, vacancy)
    small = max(found["2015, under 50,000"], found["2015, 50,000 to 100,000"])
    found["gap between small and large, 2015"] = small - found["2015, over 500,000"]
    percent = 100 * vacancy
    for year in (2012, 2014):
        found[f"below 5 % in {year}"] = 100 * float((percent[:, year - 2001] < 5).mean())
        found[f"above 10 % in {year}"] = 100 * float((percent[:, year - 2001] > 10).mean())
    return found, percent


def in_order(run: dict[str, float]) -> bool:
    """Tell whether vacancy falls with size, treating the two classes of small towns alike."""
    small = min(run["2015, under 50,000"], run["2015, 50,000 to 100,000"])
    return small > run["2015, 100,000 to 250,000"] > run["2015, over 500,000"]


def met(values: list[float], low: float, high: float) -> str:
    """Tell whether the mean over ensembles lies in the band, and how many ensembles do."""
    if np.isnan(low):
        return ""
    inside = sum(low <= v <= high for v in values)
    mean = "yes" if low <= np.mean(values) <= high else "**no**"
    return mean if inside == len(values) else f"{mean}, in {inside} of {len(values)}"


def table(runs: list[dict[str, float]]) -> str:
    """The table of patterns."""
    heads = " | ".join(f"ensemble {s}" for s in SEEDS)
    text = f"| pattern | figure | observed | accepted | {heads} | mean | met by the mean |\n"
    text += "| --- | --- | --- | --- |" + " --- |" * (len(SEEDS) + 2) + "\n"
    for what, (number, observed, low, high) in ACCEPTED.items():
        values = [run[what] for run in runs]
        digits = 2 if "rise" in what else 1
        shown = " | ".join(f"{v:.{digits}f}" for v in (*values, float(np.mean(values))))
        band = "" if np.isnan(low) else f"{low:g} to {high:g}"
        text += (
            f"| {number} | {what} | {observed} | {band} | {shown} | {met(values, low, high)} |\n"
        )
        if what.startswith("gap"):
            means = {k: float(np.mean([run[k] for run in runs])) for k in runs[0]}
            order = ["yes" if in_order(run) else "no" for run in (*runs, means)]
            kept = f"{order[-1]}, in {order[:-1].count('yes')} of {len(runs)}"
            text += f"| 3 | smaller is emptier | yes | yes | {' | '.join(order)} | {kept} |\n"
    return text


def unseen_table(runs: list[dict[str, float]]) -> str:
    """The table of figures not used in calibration."""
    heads = " | ".join(f"ensemble {s}" for s in SEEDS)
    text = f"| figure | observed | {heads} | mean |\n"
    text += "| --- | --- |" + " --- |" * (len(SEEDS) + 1) + "\n"
    for what, observed in UNSEEN.items():
        values = [run[what] for run in runs]
        shown = " | ".join(f"{v:.1f}" for v in (*values, float(np.mean(values))))
        text += f"| {what} | {observed} | {shown} |\n"
    return text


def variant_table(default: dict[str, float], variants: dict[str, dict[str, float]]) -> str:
    """The table of ablations, first ensemble."""
    years = [f"mean {y}" for y in (2001, 2012, 2015, 2024)]
    shown = [*years, "rise 2012-15 a year", "gap between small and large, 2015", "SD 2015"]
    text = "| | " + " | ".join(shown) + " |\n| --- |" + " --- |" * len(shown) + "\n"
    for name, found in {"default": default, **variants}.items():
        text += f"| {name} | " + " | ".join(f"{found[w]:.1f}" for w in shown) + " |\n"
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
            "**calibrated** so that towns that differ average the 6.1 % of 2001"
        ),
        f"`closure_margin_response` {closure:g}, `reletting_margin_response` {reletting:g}": (
            "**calibrated** on patterns 1 to 4, plausible 1 to 6"
        ),
        f"`margin_spread` {values['margin_spread']:.2f}; standard deviation {MARGIN_SPREAD:g} of"
        " `town_margin` between towns": "**calibrated** on pattern 4",
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
    runs, percents = zip(*(figures(seed) for seed in SEEDS), strict=True)
    variants = {
        "`purchases_are_variable = false`": {"purchases_are_variable": False},
        "`with_drivers = false`": {"with_drivers": False},
        "`with_neighbours = false`": {"with_neighbours": False},
        "`with_rent = false`": {"with_rent": False},
        "`with_demography = false`": {"with_demography": False},
    }
    other = {name: figures(1, **changes)[0] for name, changes in variants.items()}
    towns = ", ".join(f"{s.towns} {s.name}" for s in SIZES)
    head = f"Model {MODEL_VERSION}; towns by residents: {towns}. In per cent and percentage points."
    (HERE / "backcast.md").write_text(f"{head}\n\n{table(list(runs))}", encoding="utf-8")
    (HERE / "unseen.md").write_text(unseen_table(list(runs)), encoding="utf-8")
    (HERE / "variants.md").write_text(variant_table(runs[0], other), encoding="utf-8")
    (HERE / "inputs.md").write_text(inputs_table(), encoding="utf-8")
    draw(percents[0])


if __name__ == "__main__":
    main()
