"""Results of an experiment, a run, a comparison or a sweep, as tables."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.experiments.board import board
from sim.experiments.design_tables import DesignTables
from sim.experiments.draws import draw
from sim.experiments.effects import effect_table
from sim.experiments.experiment import BASELINE
from sim.experiments.funnel import funnel_table
from sim.experiments.kept import kept_frame, mean_ledger, mean_maps, rep_maps
from sim.experiments.manifest import files_of
from sim.experiments.remote import store_at
from sim.experiments.spending import spending_table
from sim.experiments.territory_runs import DRIVERS
from sim.experiments.written import ELSEWHERE
from sim.kernels.arrays import Floats
from sim.measures.map_layers import Maps
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Results", "load_results"]


class Results(DesignTables):
    """The results of an experiment so far, in a folder or in memory.

    Tables of one point contain only the replications that are complete in every arm, so that all
    arms have the same ones; `failures` and `missing` account for the others.

    Parameters
    ----------
    store : Stored
    experiment : Experiment, optional
        By default that of the folder.
    commands : mapping, optional
        Commands that repeat the experiment, if there is no folder.
    point : int, optional
        Point to show; all by default.
    """

    @property
    def elsewhere(self) -> dict[str, Results]:
        """The same comparison in other territories, if any, by name of the scenario."""
        if self.folder is None:
            return {}
        return {p.name: load_results(p) for p in sorted((self.folder / ELSEWHERE).glob("*"))}

    @cached_property
    def _of_point(self) -> tuple[pd.DataFrame, Floats]:
        """Return the complete runs of one point with their measures (runs, horizons, measures)."""
        if self._design["point"].nunique() > 1:
            raise InputError(
                "these results have many points; choose one of them with .at(point),"
                " or take .frame() or .differences()."
            )
        horizons = self.experiment.horizons
        status, values = self._measured(self._design["key"], list(OUTCOMES), horizons)
        is_ok = self._design.assign(ok=(status == "ok").all(axis=1))
        # An arm may be missing from the design where an extension was interrupted.
        is_complete = is_ok.groupby(["rep", "luck"])["ok"].transform("sum") == len(self._arms)
        first = set(self._design.loc[is_complete & (self._design["luck"] == 0), "rep"])
        is_complete &= self._design["rep"].isin(first)
        return self._design[is_complete].reset_index(drop=True), values[is_complete.to_numpy()]

    @property
    def _first_runs(self) -> pd.DataFrame:
        """Return the complete runs with the first seed, arm by arm."""
        runs, _ = self._of_point
        order = runs["arm"].map({arm: k for k, arm in enumerate(self._arms)})
        runs = runs.assign(order=order)[runs["luck"] == 0]
        return runs.sort_values(["order", "rep"])

    @cached_property
    def replications(self) -> tuple[int, ...]:
        """Indices of the replications that are complete in every arm."""
        runs, _ = self._of_point
        return tuple(int(rep) for rep in runs.loc[runs["luck"] == 0, "rep"].unique())

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Measures of one point: one row per ``arm``, ``rep``, ``luck`` and ``horizon``.

        Horizons are months. ``luck`` is 1 for reruns with a second seed, which only serve to split
        the variance; nan without anything to measure.
        """
        import pandas as pd

        runs, values = self._of_point
        horizons = pd.Series(self.experiment.horizons, name="horizon")
        frame = runs[["arm", "rep", "luck"]].astype({"luck": np.int64}).merge(horizons, how="cross")
        of_rows = pd.DataFrame(values.reshape(len(frame), len(OUTCOMES)), columns=list(OUTCOMES))
        return pd.concat([frame, of_rows], axis=1)

    @cached_property
    def spending(self) -> pd.DataFrame:
        """Public money of the arms at one point, EUR a year; columns `SPENDING_COLUMNS`."""
        return spending_table(self.runs, self.experiment, self._scenario_name)

    @cached_property
    def board(self) -> pd.DataFrame:
        """Arms ranked by each indicator at one point, with costs; columns `BOARD_COLUMNS`."""
        return board(self.effects, self.runs, self.experiment.indicators)

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """Steps from money to open shops at one point; columns `FUNNEL_COLUMNS`."""
        return funnel_table(self.effects)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Effects of the arms at one point; columns `EFFECT_COLUMNS`.

        Their variance is split if the experiment requests it (``variance = true``).
        """
        runs, found = self._of_point
        names = tuple(self._arms)
        asked = self.experiment
        shape = (2, len(names), asked.replications, len(asked.horizons), len(OUTCOMES))
        values = np.full(shape, np.nan)
        values[runs["luck"], runs["arm"].map(names.index), runs["rep"]] = found
        reruns = asked.reruns if asked.parameters == "drawn" else None
        drawn = self.parameters.set_index("rep").reindex(range(asked.replications))
        parts = asked.parts_by_name
        return effect_table(values, names, asked.horizons, reruns, drawn=drawn, parts=parts)

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """Monthly series of one point: ``arm``, ``rep``, ``month`` from 1, and measures, each over
        the twelve months that end there; empty if not kept."""
        frame = self._kept("series", *self.experiment.series)
        return frame.assign(month=frame["month"].astype(np.int64))

    @cached_property
    def _every_month(self) -> pd.DataFrame:
        frame = self._kept("every_month")
        return frame.assign(month=frame["month"].astype(np.int64))

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Measures of every month of one point: ``rep``, ``month`` from 1, ``date`` (its first day)
        and one column per measure, with ``arm`` first if there are several; empty if not kept.
        """
        import pandas as pd

        frame = self._every_month
        frame = frame[frame["month"] > 0].reset_index(drop=True)
        first = f"{self.scenario.values['start_year']}-01-01"
        dates = pd.date_range(first, periods=self.experiment.months, freq="MS").to_numpy()
        index = frame[["arm", "rep", "month"]].assign(date=dates[frame["month"] - 1])
        measures = frame.iloc[:, 3 : frame.shape[1] - len(DRIVERS)]
        frame = pd.concat([index, measures], axis=1)
        return frame if len(self._arms) > 1 else frame.drop(columns="arm")

    @cached_property
    def start(self) -> dict[str, list[float]]:
        """The same measures of the baseline before the first month, one value per replication."""
        frame = self._every_month
        first = frame[(frame["month"] == 0) & (frame["arm"] == BASELINE)]
        return {n: first[n].tolist() for n in first.columns[3 : -len(DRIVERS)]}

    @property
    def drivers(self) -> dict[str, Floats]:
        """Exogenous series of the baseline, one value per month, if every month is kept."""
        frame = self._every_month
        frame = frame[(frame["rep"] == frame["rep"].min()) & (frame["month"] > 0)]
        frame = frame[frame["arm"] == BASELINE]
        return {name: frame[f"series.{name}"].to_numpy(np.float64) for name in DRIVERS}

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Money at one point: ``arm``, ``year`` of the run from 1, ``source``, ``line`` ("income",
        a line of spending, or "unspent" at the end of the year) and ``eur``, the mean of a
        replication without zeros; empty where it is not kept.
        """
        frame = self._kept("ledger", "year", "source", "line", "cents")
        return mean_ledger(frame, list(self._arms), len(self.replications))

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Drawn parameters of the baseline: ``rep`` and one column per parameter."""
        import pandas as pd

        asked = self.experiment
        rows = [
            {"rep": rep}
            | (draw(self.scenario, asked.seed, rep) if asked.parameters == "drawn" else {})
            for rep in self.replications
        ]
        frame = pd.DataFrame(rows or {"rep": []})  # no replication that every arm completed
        return frame.drop(columns=[f.name for f in asked.factors], errors="ignore")

    @cached_property
    def maps(self) -> dict[str, Maps]:
        """Mean maps of each arm at one point, as those of one replication; empty if not kept."""
        return mean_maps(self._kept("maps", *self.experiment.layers), self.experiment.layers)

    @property
    def rep_maps(self) -> dict[str, Maps]:
        """Maps of each replication, by arm; empty if not kept."""
        return rep_maps(self._kept("maps", *self.experiment.layers), self.experiment.layers)

    def _kept(self, kind: str, *columns: str) -> pd.DataFrame:
        if not (getattr(self.experiment, kind) and self.replications):
            import pandas as pd

            return pd.DataFrame({n: [] for n in ("arm", "rep", "month", *columns)})
        return kept_frame(self.store, kind, self._first_runs, columns)

    def save(self, folder: Path | str, *, force: bool = False) -> Results:
        """Save results that are in memory, or copy those of another folder, and return the copy.

        `force` replaces existing results.

        Raises
        ------
        InputError
            If the folder cannot be written, or is not empty.
        OSError
            If the disk is full or fails.
        """
        files = files_of(self.experiment, self.store.design_table())
        store = store_at(folder)
        store.create(files, self.manifest, tables=self.store.tables(), force=force)
        return Results(store)


def load_results(folder: Path | str) -> Results:
    """Open the results of a run, a comparison or a sweep, finished or not.

    Parameters
    ----------
    folder : Path or str
        Folder, or an address such as ``s3://bucket/name``.

    Raises
    ------
    InputError
        If the folder contains no results, or a file is missing or damaged.
    """
    store = store_at(folder)
    store.open()
    return Results(store)
