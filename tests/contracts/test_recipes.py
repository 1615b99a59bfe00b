"""The recipes of CONTRIBUTING.md work, and touch no more files than they say.

Each test follows a recipe in a copy of the checkout, compares the files that differ with those that
the recipe lists, and uses what was added as a newcomer would.
"""

from __future__ import annotations

import re

import pytest

from tests.contracts.checkout import Checkout, follows

pytestmark = pytest.mark.slow

TWICE = "--reps 2 --workers 1 --out results"


PROCESS = '''"""Lease indexation: rents follow an index of prices, whatever happens nearby.

    rent x (1 + index)^(1/12)

Source: French commercial leases follow the ILC of INSEE.
"""

from __future__ import annotations

from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter


class LeaseIndexationParameters(ParameterGroup):
    """Indexation of leases."""

    lease_index: float = parameter(
        0.02,
        unit="1/year",
        bounds=(0.0, 0.2),
        plausible=(0.0, 0.04),
        label="Indexation of leases",
        help="Yearly growth of rents by their index.",
        source="an example",
    )


@rule
def indexed_rent(rent, p):
    """Return the rent a month later."""
    return rent * (1.0 + p.lease_index) ** (1.0 / 12.0)


@kernel
def index_leases(premises, p):
    """Raise every rent."""
    for i in range(premises.rent.size):
        premises.rent[i] = indexed_rent(premises.rent[i], p)


PROCESS = Process(
    name="lease_indexation",
    group=LeaseIndexationParameters,
    kernel=index_leases,
    writes=arrays(premises="rent"),
)
'''

PROCESS_IN_FRENCH = """
[processes.lease_indexation]
title = "Indexation des baux"

[parameters.lease_index]
label = "Indexation des baux"
help = "Hausse annuelle des loyers par leur indice."
"""

SOURCE_IN_FRENCH = '"an example" = "un exemple"\n'

TWIN = """def lease_indexation(town: Town, values: Values, *clock: int) -> None:
    growth = (1 + values["lease_index"]) ** (1 / 12)
    town["premises.rent"] = [rent * growth for rent in town["premises.rent"]]


"""


def test_another_process(checkout: Checkout) -> None:
    checkout.write("sim/processes/lease_indexation.py", PROCESS)
    month = "sim/processes/month.py"
    checkout.insert(month, "25. Rents follow their index.\n", before='"""\n\nfrom __future__')
    checkout.insert(month, "    lease_indexation,\n", before="    local_benefits,\n")
    checkout.insert(month, "    lease_indexation.PROCESS,\n", before=')\n"""Processes in the order')
    checkout.append("sim/words/fr/processes.toml", PROCESS_IN_FRENCH)
    checkout.append("sim/words/fr/sources.toml", SOURCE_IN_FRENCH)
    twin = "tests/reference/retail_month.py"
    checkout.insert(twin, TWIN, before="MONTH = {")
    checkout.replace(
        twin,
        "        footfall,\n    )\n}",
        "        footfall,\n        lease_indexation,\n    )\n}",
    )
    follows(checkout, "Another process", name="lease_indexation", part="retail")

    process, parameter, rent, run = checkout.sim(
        "explain lease_indexation",
        "explain lease_index",
        "explain premises.rent",
        "run mid_sized_town --set lease_index=0.05",
    )
    assert "def indexed_rent(" in process
    assert "lease_indexation" in parameter
    assert "sim/processes/lease_indexation.py" in rent
    assert run
    checkout.tests(
        "tests/contracts/test_processes.py",
        "tests/contracts/test_parameters.py",
        "tests/rules/test_month_against_twin.py",
        "tests/words/test_languages.py",
        "tests/words/test_sources.py",
        only="lease_index or test_languages or test_sources"
        " or (test_processes and (every or shared))",
    )


INTERVENTION = '''"""Pop-up leases: public money aids new shops, wherever they open."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, funding, lever
from sim.interventions.plan import Plan, plan_subsidies


class PopUpLeasesLevers(TimedLevers):
    """Aid and funding of pop-up leases."""

    pop_up_funding: float = funding(
        25_700.0,
        "Funding of pop-up leases",
        "Public money a month.",
        "an example",
    )
    pop_up_aid: float = lever(
        500.0,
        "Aid to pop-up shops",
        "Aid to a new shop in its first year.",
        "an example",
        unit="EUR/month",
        bounds=(0.0, 10_000.0),
    )


def plan_pop_ups(levers: PopUpLeasesLevers) -> Plan:
    """Plan an account that pays subsidies."""
    return plan_subsidies(levers.pop_up_funding, "everywhere", opening_aid=levers.pop_up_aid)


TYPE = InterventionType(
    name="pop_up_leases",
    english_title="Pop-up leases",
    english_description="Public money helps new shops in their first year.",
    levers=PopUpLeasesLevers,
    plan=plan_pop_ups,
)
'''

INTERVENTION_IN_FRENCH = """
[interventions.pop_up_leases]
title = "Boutiques éphémères"
description = "L'argent public aide les nouveaux commerces leur première année."

[parameters.pop_up_funding]
label = "Financement des boutiques éphémères"
help = "Argent public par mois."

[parameters.pop_up_aid]
label = "Aide aux boutiques éphémères"
help = "Aide à un nouveau commerce, sa première année."
"""


def test_another_type_of_intervention(checkout: Checkout) -> None:
    checkout.write("sim/interventions/pop_up_leases.py", INTERVENTION)
    registry = "sim/interventions/registry.py"
    checkout.insert(
        registry,
        "    pop_up_leases,\n",
        before="    public_innovation_lab,\n    rent_relief,\n    startup_territoire,\n    trans",
    )
    checkout.replace(
        registry, "            facade,\n", "            facade,\n            pop_up_leases,\n"
    )
    checkout.write("scenarios/interventions/pop_up_leases.toml", 'type = "pop_up_leases"\n')
    checkout.append("sim/words/fr/interventions.toml", INTERVENTION_IN_FRENCH)
    checkout.append("sim/words/fr/sources.toml", SOURCE_IN_FRENCH)
    follows(checkout, "Another intervention", name="pop_up_leases")

    in_french, lever, _ = checkout.sim(
        "explain pop_up_leases --lang fr",
        "explain pop_up_aid",
        f"compare mid_sized_town pop_up_leases --set start=0 {TWICE}",
    )
    assert "Boutiques éphémères" in in_french
    assert "pop_up_leases" in lever
    ledger = (checkout.root / "results" / "ledger.csv").read_text(encoding="utf-8")
    assert re.search(r"^pop_up_leases,1,public,subsidies,", ledger, re.MULTILINE)
    checkout.tests("tests/interfaces/test_intervention_files.py", "tests/words/test_languages.py")


PLACE = """
[[kind]]
name = "repair_cafe"
label = { en = "Repair café" }
source = "an example"
evidence = "assumed"
youth_visits = 0.010
entrepreneur_visits = 0.010
official_visits = 0.02
worker_visits = 0.02
mentoring = 1.0
machines = 0.2
trials = 1.0
seat_cost = 80.0
setup_cost = 1_000.0
fee = 5.0
seats = 10
max_seats = 40
staff = { value = 0.5, source = "volunteers do the rest", evidence = "assumed" }
"""


def test_another_kind_of_third_place(checkout: Checkout) -> None:
    checkout.append("scenarios/catalogues/third_place_kinds.toml", PLACE)
    french = "sim/words/fr/catalogues.toml"
    checkout.insert(french, 'repair_cafe = "Café des réparations"\n', before="\n[project_kinds]")
    rest = '"volunteers do the rest" = "des bénévoles font le reste"\n'
    checkout.append("sim/words/fr/sources.toml", SOURCE_IN_FRENCH + rest)
    follows(checkout, "Another kind of third place or of project", kinds="third_place_kinds")

    kind, number, run = checkout.sim(
        "explain repair_cafe",
        "explain mentoring",
        "run mid_sized_town --set existing_third_places=repair_cafe:1",
    )
    assert "volunteers do the rest" in kind
    assert "repair_cafe" in number
    assert run
    checkout.tests("tests/words/test_languages.py", "tests/words/test_sources.py")


PROJECT = """
[[kind]]
name = "mending"
label = { en = "mending workshop" }
source = "an example"
evidence = "assumed"
share = 0.02
engineering_hours = 20
needs_approval = false
capital = 2_000
needs_premises = false
sector = "convenience"
jobs = 0.5
risk_ratio = 1.0
economic = 0.25
ecological = 0.50
social = 0.25
cultural = 0.00
"""


def test_another_kind_of_project(checkout: Checkout) -> None:
    name = "scenarios/catalogues/project_kinds.toml"
    checkout.replace(
        name, "share = 0.10\nengineering_hours = 90", "share = 0.08\nengineering_hours = 90"
    )
    checkout.append(name, PROJECT)
    checkout.append("sim/words/fr/catalogues.toml", 'mending = "atelier de réparation"\n')
    checkout.append("sim/words/fr/sources.toml", SOURCE_IN_FRENCH)
    follows(checkout, "Another kind of third place or of project", kinds="project_kinds")

    in_french, births, _ = checkout.sim(
        "explain mending --lang fr", "explain births_mending", "run mid_sized_town --out results"
    )
    assert "atelier de réparation" in in_french
    assert "mending" in births
    head = (
        (checkout.root / "results" / "indicators.csv").read_text(encoding="utf-8").splitlines()[0]
    )
    assert "births_mending" in head.split(",")


MEASURE = """    Measure(
        "open_shops_per_1000",
        "shops per 1,000 residents",
        "Open shops per 1,000 residents",
        "Open shops over residents.",
        "last_year",
        lambda w: 1000 * ratio(w.mean("open_shops"), w.mean("residents")),
        1,
        relevant=0.1,
        is_outcome=True,
    ),
"""

MEASURE_TWIN = """\
    "open_shops_per_1000": lambda p: 1000 * per(p.sum("open_shops"), p.sum("residents")),
"""

MEASURE_IN_FRENCH = """
[measures.open_shops_per_1000]
title = "Commerces pour 1 000 habitants"
definition = "Commerces ouverts rapportés aux habitants."
"""


def test_another_measure(checkout: Checkout) -> None:
    checkout.replace(
        "sim/measures/shops.py", "    _CLOSURE_RATE,\n", MEASURE + "    _CLOSURE_RATE,\n"
    )
    checkout.append("sim/words/fr/measures.toml", MEASURE_IN_FRENCH)
    twin = "tests/reference/measures.py"
    checkout.insert(twin, MEASURE_TWIN, before='    "retail_vacancy": lambda')
    follows(checkout, "Another measure", part="shops")

    measure, *_ = checkout.sim(
        "explain open_shops_per_1000",
        f"compare mid_sized_town transition_cluster {TWICE}",
        "run mid_sized_town --out monthly",
    )
    assert "more" in measure
    effects = (checkout.root / "results" / "effects.csv").read_text(encoding="utf-8")
    assert "transition_cluster,open_shops_per_1000,3," in effects
    checkout.tests("tests/words/test_languages.py", "tests/rules/test_measures_against_twin.py")
    monthly = (checkout.root / "monthly" / "indicators.csv").read_text(encoding="utf-8")
    assert "open_shops_per_1000" in monthly.splitlines()[0].split(",")


SECTION = '''"""The length of the simulated time."""

from __future__ import annotations

from sim.report.blocks import Paragraph, Section
from sim.report.facts import Facts


def calendar(facts: Facts) -> Section:
    """State the length of the runs."""
    words = facts.words
    text = words("calendar.text", months=words("calendar.months", count=facts.run["months"]))
    return Section("calendar", words("calendar.title"), [Paragraph(text)])
'''

CALENDAR = {
    "en": """
[calendar]
title = "The calendar"
text = "Each simulation runs for {months}."
months = { one = "{count} month", other = "{count} months" }
""",
    "fr": """
[calendar]
title = "Le calendrier"
text = "Chaque simulation dure {months}."
months = { one = "{count} mois", other = "{count} mois" }
""",
}


def test_another_report_section(checkout: Checkout) -> None:
    checkout.write("sim/report/sections/calendar.py", SECTION)
    report = "sim/report/report.py"
    line = "from sim.report.sections.certainty import"
    checkout.insert(report, "from sim.report.sections.calendar import calendar\n", before=line)
    checkout.insert(report, "    calendar,\n", before="    settings,\n    limits,\n")
    for language, text in CALENDAR.items():
        checkout.append(f"sim/words/{language}/report.toml", text)
    follows(checkout, "Another report section", name="calendar")

    checkout.sim(f"compare mid_sized_town transition_cluster --lang fr {TWICE}")
    page = (checkout.root / "results" / "report.html").read_text(encoding="utf-8")
    assert "Le calendrier" in page
    assert "Chaque simulation dure 3 mois." in page
    checkout.tests("tests/words/test_languages.py")


def test_another_language(checkout: Checkout) -> None:
    for path in (checkout.root / "sim/words/fr").glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.name != "language.toml":
            text = re.sub(r'= "(?=[^"])', '= "~', text)
        checkout.write(f"sim/words/eo/{path.name}", text)
    follows(checkout, "Another language", language="eo")

    english, other = checkout.sim("run mid_sized_town", "run mid_sized_town --lang eo")
    assert "~" not in english
    assert "~" in other
    checkout.tests("tests/words/test_languages.py")
