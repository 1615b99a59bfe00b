"""Measure how sweeps scale and write the table of results: ``python -m benchmarks.sweep_scale``.

Many short runs go through the engine; time outside the runs is its overhead. A synthetic store of a
million rows is opened and aggregated.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.short_run import ShortRun
from sim.experiments import parts
from sim.experiments.commands import commands_of_sweep
from sim.experiments.designs import Design
from sim.experiments.engine import IN_FLIGHT, Tally
from sim.experiments.experiment_file import load_experiment
from sim.experiments.factors import Factor
from sim.experiments.manifest import describe, files_of
from sim.experiments.manifest_schema import DESIGN
from sim.experiments.parts import PARTS, Result, tables_of
from sim.experiments.plan import plan_experiment, plan_model
from sim.experiments.results import load_results
from sim.experiments.run import Outcome
from sim.experiments.running import Options, fill
from sim.experiments.store import Store
from sim.measures.registry import OUTCOMES
from tests.sweeps.toy_sweeps import new_store

RESULTS = Path(__file__).parent / "results" / "sweeps.md"
EXPERIMENT = "cluster_size_by_funding"
ROUNDS = 5


@dataclass
class Watch:
    """Resources of a sweep and its workers while it runs."""

    start: float = field(default_factory=time.perf_counter)
    me: psutil.Process = field(default_factory=psutil.Process)
    first: float = 0.0
    workers: float = 0.0
    memory: list[tuple[int, float]] = field(default_factory=list)

    def look(self, tally: Tally) -> None:
        """Record the memory of this process and the processor time of all others."""
        self.first = self.first or time.perf_counter() - self.start
        self.memory.append((tally.done, self.me.memory_info().rss / 1e6))
        times = [process.cpu_times() for process in self.me.children(recursive=True)]
        self.workers = max(self.workers, sum(t.user + t.system for t in times))

    def megabytes_at(self, runs: float) -> float:
        """Return the megabytes of this process after a number of runs."""
        return next(mb for done, mb in self.memory if done >= runs)


def short_runs(folder: Path, runs: int, executor: str, workers: int) -> Iterator[str]:
    """Measure many short runs."""
    start = time.process_time()
    x = Factor("x", float, distribution="uniform", low=0.1, high=0.9)
    plan = plan_model(ShortRun(), Design("latin_hypercube", (x,), runs))
    planned = time.process_time() - start
    store = new_store(folder, plan)
    watch = Watch()
    start = time.process_time()
    options = Options(workers, executor, progress=watch.look)
    tally = fill(store, plan, options)
    wall, driver = time.perf_counter() - watch.start, time.process_time() - start
    assert (tally.done, tally.failed) == (runs, 0)
    spent = float(np.sum(store.results(["key", "status", "processor_seconds"])[2].to_numpy()))
    yield f"| {executor}, {workers} workers | |"
    yield "| --- | --- |"
    yield f"| runs | {runs:,} of {spent / runs * 1e3:.1f} ms of processor |"
    yield f"| wall clock | {wall:.0f} s, the first batch after {watch.first:.1f} s |"
    yield f"| overhead by the clock | {1 - tally.seconds / (workers * wall):.1%} |"
    others = watch.workers + driver - spent
    yield (
        f"| overhead by the processor | {others / spent:.1%}: {others:.1f} s beside {spent:.0f} s "
        f"in runs, {driver:.1f} s of it in the driver |"
    )
    yield f"| planning | {planned / runs * 1e6:.0f} µs a run |"
    at = [watch.megabytes_at(runs * share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    yield (
        "| memory of the driver at 0, 25, 50, 75, 100 % | "
        + ", ".join(f"{mb:.0f}" for mb in at)
        + " MB |"
    )
    yield f"| batches in flight, at most | {tally.most_in_flight} (limit {IN_FLIGHT * workers}) |"
    yield f"| batches, files at the end | {len(watch.memory)}, {len(_parts(folder))} |"


def _parts(folder: Path) -> list[Path]:
    return list((folder / PARTS).iterdir())


def make_up(folder: Path, rows: int) -> None:
    """Make the finished store of an experiment with synthetic results."""
    horizons = len(load_experiment(EXPERIMENT).horizons)
    few = plan_experiment(load_experiment(EXPERIMENT, changes={"replications": 1}))
    replications = -(-rows // (horizons * len(few.keys)))
    experiment = load_experiment(EXPERIMENT, changes={"replications": replications})
    plan = plan_experiment(experiment)
    changes = {"replications": replications}
    manifest = describe(experiment, commands_of_sweep(EXPERIMENT, changes))
    store = Store(folder)
    store.create(files_of(experiment, plan.table()), manifest)
    keys, random = list(plan.keys), np.random.default_rng(1)
    for at in range(0, len(keys), 5000):
        some = keys[at : at + 5000]
        made = random.normal(size=(len(some), horizons, len(OUTCOMES)))
        outcomes = zip(some, made, strict=True)
        store.add(tables_of(plan.model, [Result(k, "ok", Outcome(m)) for k, m in outcomes]))
    store.compact()


def a_million_rows(folder: Path, rows: int) -> Iterator[str]:
    """Measure a large store."""
    import duckdb

    make_up(folder, rows)
    measure, horizon = "participation", 240
    store = Store(folder)
    store.open()
    files = _parts(folder)
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    query = f"""
        SELECT point, arm, avg({measure}), stddev({measure}), count(*)
        FROM read_parquet('{folder / DESIGN}') JOIN read_parquet('{folder / PARTS}/*.parquet')
        USING (key) WHERE horizon = {horizon} GROUP BY point, arm ORDER BY point, arm"""

    def pandas_means() -> Any:
        results = store.results(["key", "status", measure], horizon).to_pandas()
        return results.merge(store.design(), on="key").groupby(["point", "arm"])[measure].mean()

    def frame_means() -> Any:
        frame = load_results(folder).frame(measure, horizon=horizon)
        return frame.groupby(["point", "arm"])[measure].mean()

    def first_opened() -> Any:
        """Open and count as a new process does, which checks the seals of all files."""
        parts._CHECKED.clear()
        return load_results(folder).counts

    works: dict[str, Callable[[], Any]] = {
        "opened and counted by a new process, which checks all seals": first_opened,
        "`load_results`": lambda: load_results(folder),
        "one measure of all runs: `store.results`": lambda: store.results(
            ["key", "status", measure]
        ),
        "mean by point and arm at one horizon: DuckDB by path": lambda: duckdb.sql(
            query
        ).fetchall(),
        "the same: `store.results` and pandas": pandas_means,
        "the same: `Results.frame` and pandas": frame_means,
        "what has been done, asked by a resume: `store.statuses`": store.statuses,
    }
    held = store.results(["key", "status"]).num_rows
    yield (
        f"{held:,} rows of {len(OUTCOMES)} measures in {len(files)} files of {megabytes:,.0f} MB; "
        f"a design of {len(store.design()):,} rows."
    )
    yield ""
    yield "| work | seconds | of processor |"
    yield "| --- | --- | --- |"
    for name, work in works.items():
        work()
        taken = [_both(work) for _ in range(ROUNDS)]
        wall, processor = (statistics.median(t) for t in zip(*taken, strict=True))
        yield f"| {name} | {wall:.2f} | {processor:.2f} |"


def _both(work: Callable[[], Any]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def report(arguments: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the table as they are measured."""
    packages = ", ".join(
        f"{p} {version(p)}" for p in ("pyarrow", "duckdb", "pandas", "distributed")
    )
    yield "# Sweeps at scale"
    yield ""
    yield (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python "
        f"{platform.python_version()}, {packages}. Written by `python -m benchmarks.sweep_scale`."
    )
    with tempfile.TemporaryDirectory() as name:
        for executor in arguments.executors:
            yield ""
            yield from short_runs(Path(name) / executor, arguments.runs, executor, 2)
        yield ""
        yield (
            "Overhead by the clock is 1 - (seconds in runs) / (workers x wall clock), from the "
            "start of the workers to the last file. By the processor, it is what driver, workers "
            "and their starting took beside the runs, over what the runs took."
        )
        yield ""
        yield from a_million_rows(Path(name) / "large", arguments.rows)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--executors", nargs="+", default=["local"])
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    lines = []
    for line in report(arguments):
        print(line, flush=True)
        lines.append(line)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
