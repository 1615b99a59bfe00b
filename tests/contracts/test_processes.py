"""Declarations of a process are true: names, arrays it writes, draws, independence."""

import ast
from pathlib import Path

import pytest

import sim.processes
from sim.kernels.machine.records import arguments_of, fields_of
from sim.measures.counting import COUNTING
from sim.processes.month import MONTH
from sim.registry.variables import VARIABLES
from sim.scenario.schema import PARAMETERS
from sim.start import lay_pipeline, projects, state_at_start, youth
from tests.reference.towns import everything_at_once

FOLDER = Path(sim.processes.__file__).parent
MODULES = sorted(p for p in FOLDER.glob("*.py") if p.stem not in ("__init__", "month", "process"))
CLOCK = {"seed", "month", "calendar_month"}

all_processes = pytest.mark.parametrize("process", MONTH, ids=lambda p: p.name)


@pytest.fixture(scope="module")
def changed():
    """Arrays that change to the byte in each process over six years in which everything moves."""
    run = everything_at_once(
        start_year=2003,
        starting_vacancy=0.3,
        closure_rate=0.5,
        succession_share=0.3,
        residents_growth=0.03,
        online_multiplier_comparison=1.5,
        town_shock_spread=0.05,
        loan_leverage=3.0,
        remote_share=0.1,
        caseload=2.0,
        office_triage="shared",
        shop_job_weight=1.0,
        youth_idea_response=1.0,
        residents_vacancy_response=1.0,
        tax_response=1.0,
        ecological_retention=0.1,
        social_exposure=0.1,
    )
    bound = [(p.name, p.bind(run.state, run.values, run.seed)) for p in MONTH]
    found = {p.name: set() for p in MONTH}
    for month in range(72):
        run._planned.act(run.state, month, 36 + month)
        for name, process in bound:
            before = {v: run.state[v].tobytes() for v in run.state}
            process(month, 36 + month)
            found[name] |= {v for v in run.state if run.state[v].tobytes() != before[v]}
    return found


@all_processes
def test_it_takes_arrays_parameters_and_the_clock_and_nothing_else(process):
    entities = {v.entity for v in VARIABLES.values()}
    assert set(process.arguments) <= entities | CLOCK | {"p"}
    assert set(process.reads) <= set(VARIABLES)
    assert set(process.parameters) <= set(PARAMETERS)
    assert set(process.writes) <= set(process.reads)
    assert len(set(process.writes)) == len(process.writes)


def test_no_entity_is_called_like_the_clock_or_the_parameters():
    assert not {v.entity for v in VARIABLES.values()} & (CLOCK | {"p"})


@all_processes
def test_it_writes_exactly_the_arrays_that_it_declares(process, changed):
    assert changed[process.name] == set(process.writes)


@all_processes
def test_it_is_named_in_both_languages_and_after_its_file(process):
    assert all(process.title.values())
    assert (FOLDER / f"{process.name}.py").is_file()


def test_every_process_has_its_place_in_the_month():
    assert {p.name for p in MONTH} == {m.stem for m in MODULES}


def test_streams_of_draws_are_never_shared():
    """And whoever takes a seed has a stream, whoever does not has none."""
    starting = (state_at_start, youth, projects, lay_pipeline)
    streams = [p.stream for p in MONTH if p.stream]
    streams += [stream for module in starting for stream in module.STREAMS.values()]
    assert len(set(streams)) == len(streams)
    for process in MONTH:
        assert ("seed" in process.arguments) == (process.stream != 0)


def _imports(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.stem)
def test_no_process_knows_another(module):
    others = {f"sim.processes.{m.stem}" for m in MODULES}
    assert not others & set(_imports(module))


@pytest.mark.parametrize(
    "module", [*MODULES, *(FOLDER.parent / "kernels").rglob("*.py")], ids=lambda m: m.stem
)
def test_draws_are_a_pure_function(module):
    """No generator with a state in kernels and processes."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert not names & {"random", "default_rng", "RandomState"}
    assert not {"random", "numpy.random"} & set(_imports(module))


def test_every_variable_is_used():
    """By a process of the month, the starting state, an intervention or what is measured."""
    used = {name for p in MONTH for name in p.reads}
    for counter in COUNTING:
        for entity in arguments_of(counter):
            used |= {f"{entity}.{quantity}" for quantity in fields_of(counter, entity)}
    source = "".join(
        path.read_text(encoding="utf-8")
        for pattern in ("start/*.py", "interventions/*.py", "measures/*.py")
        for path in FOLDER.parent.glob(pattern)
    )
    assert not [name for name in VARIABLES if name not in used and f'"{name}"' not in source]


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_has_a_meaning(name):
    variable = VARIABLES[name]
    assert variable.meaning.endswith(".") and variable.unit
    assert (variable.dtype == "uint8") or not variable.quantity.startswith("is_")
    if variable.quantity.endswith("_share"):
        assert variable.unit == "share"


def test_every_kernel_module_is_in_the_reference():
    """That of the processes is made from the month."""
    room = FOLDER.with_name("kernels")
    reference = (FOLDER.parents[1] / "docs" / "reference" / "kernels.md").read_text("utf-8")
    for path in room.rglob("[!_]*.py"):
        module = path.relative_to(room).with_suffix("").as_posix().replace("/", ".")
        assert f"automodule:: sim.kernels.{module}\n" in reference


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.stem)
def test_parallel_loops_write_into_arrays_named_outside_them(module):
    """Numba drops ``record.array[i] = ...`` from the parallel variant of a loop over `prange`."""
    for loop in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(loop, ast.For) and "prange" in ast.unparse(loop.iter):
            stored = (n for n in ast.walk(loop) if isinstance(n, ast.Subscript))
            written = [n.value for n in stored if isinstance(n.ctx, ast.Store)]
            assert not [ast.unparse(array) for array in written if isinstance(array, ast.Attribute)]
