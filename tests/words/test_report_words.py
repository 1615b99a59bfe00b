"""Every word that a report needs is in the catalogue, and none is left over."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import sim
from sim.analysis.response_curves import FormName
from sim.experiments.designs import DesignKind
from sim.experiments.factors import Distribution
from sim.experiments.parts import FAILED
from sim.experiments.verdicts import Verdict
from sim.interventions import TYPES
from sim.measures.map_layers import LAYERS
from sim.measures.registry import OUTCOMES
from sim.registry.catalogues import PROJECT_COLUMNS, THIRD_PLACE_COLUMNS
from sim.registry.parameters import Evidence
from sim.registry.variables.money import LINES, SOURCES
from sim.report import page
from sim.report.headlines import HEADLINES
from sim.scenario.schema import PARAMETERS
from sim.words.folders import FOLDER

REPORT = Path(page.__file__).parent

KEYS = {
    f"{section}.{name}"
    for section, names in tomllib.loads((FOLDER / "en" / "report.toml").read_text()).items()
    for name in names
}


def _expected() -> dict[str, set[str]]:
    """Sections whose keys are names of other registries."""
    columns = (*PROJECT_COLUMNS.values(), *THIRD_PLACE_COLUMNS.values())
    verdicts = [v for v in get_args(Verdict) if v != "missing"]
    levers = [info for kind in TYPES.values() for info in kind.infos.values()]
    declared = (*PARAMETERS.values(), *levers, *OUTCOMES.values(), *columns, *LAYERS.values())
    moves = ("increase", "decrease")
    return {
        "unit": {thing.unit for thing in declared},
        "line": set(LINES),
        "source": set(SOURCES),
        "evidence": set(get_args(Evidence)),
        "verdict": set(get_args(Verdict)),
        "step": {*verdicts, "free"},
        "status": set(FAILED),
        "distribution": set(get_args(Distribution)),
        "response_form": {*get_args(FormName), "irregular", "missing", "none", "open"},
        "column": {*PROJECT_COLUMNS, *THIRD_PLACE_COLUMNS},
        "finding": {
            f"{key}_{v}" for key in HEADLINES for v in (*moves, "no_relevant_effect", "open")
        },
        "headline": set(HEADLINES) | {f"{key}_{v}" for key in HEADLINES for v in moves},
    }


DESIGN_WORDS = {
    f"design.{word}" for word in (*get_args(DesignKind), "drawn", "fixed", "common", "per_point")
}


def test_no_word_is_missing_and_none_is_left_over() -> None:
    expected = _expected()
    source = "\n".join(p.read_text() for p in sorted(REPORT.rglob("*.py")))
    sections = {key.partition(".")[0] for key in KEYS}
    literal = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', source)) | DESIGN_WORDS
    missing = {k for k in literal if k.partition(".")[0] in sections} - KEYS
    assert not missing
    for key in KEYS:
        section, _, name = key.partition(".")
        if section in expected:
            continue
        composed = f'f"{section}.{{' in source and re.search(rf'["\']{name}["\']', source)
        part = re.search(rf'f"{section}\.{{\w+}}_{name.rpartition("_")[2]}"', source)
        assert key in literal or composed or part, f"{key} is used nowhere"
    for section, names in expected.items():
        known = {k.partition(".")[2] for k in KEYS if k.startswith(f"{section}.")}
        assert names <= known, f"no words for {section} {sorted(names - known)}"
        if section != "unit":
            assert known == names


def test_the_template_holds_no_words_of_its_own() -> None:
    template = (REPORT / "page" / "report.html").read_text()
    bare = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", template, flags=re.DOTALL)
    assert not re.search(r"[A-Za-z]", bare)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_report_names_of_the_python_interface_is_there(language: str) -> None:
    text = (FOLDER / language / "report.toml").read_text()
    named = set(re.findall(r"\bsim\.(\w+)", text))
    assert "load_results" in named
    assert named <= set(dir(sim))
