"""Mesa's own drawing and its SolaraViz viewer, as in docs/examples/solara_app.py."""

import importlib.util
from pathlib import Path

import pytest

from sim.mesa_face.agents import Shop
from sim.mesa_face.model import TerritoryModel

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error")]

HAMLET = {"population": 3000, "rows": 20, "columns": 20, "town_radius": 0.6, "settlements": 2}
"""Faster to draw than the mid-sized town."""

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "solara_app.py"


@pytest.fixture(scope="module", autouse=True)
def viz():
    """Imported by the first test, since the import takes seconds."""
    for package in ("solara", "altair"):
        pytest.importorskip(package, reason="Mesa's viewer is the optional extra 'viz'")


@pytest.mark.parametrize("backend", ["matplotlib", "altair"])
def test_mesa_draws_the_map_with_agents_and_a_layer(backend):
    from mesa.visualization import SpaceRenderer
    from mesa.visualization.components import AgentPortrayalStyle, PropertyLayerStyle

    model = TerritoryModel(rng=7, population=4000, rows=20, columns=31)
    drawn = []

    def portray(agent):
        drawn.append(agent)
        return AgentPortrayalStyle(color="red" if isinstance(agent, Shop) else "grey", size=5)

    def portray_layer(layer):
        if layer.name == "residents":
            return PropertyLayerStyle(colormap="viridis", colorbar=False)
        return None

    renderer = SpaceRenderer(model, backend=backend)
    renderer.setup_propertylayer(portray_layer).setup_agents(portray).render()
    assert len(drawn) == len(model.agents)
    assert renderer.agent_mesh is not None and renderer.propertylayer_mesh is not None


class Viewer:
    """The example for a hamlet, as in a browser; `models` lists the models that it made."""

    def __init__(self, monkeypatch):
        import solara

        self.models = []
        made, make = self.models, TerritoryModel.__init__

        def make_and_note(model, *args, **kwargs):
            make(model, *args, **HAMLET, **kwargs)
            made.append(model)

        # Mesa reads the signature, so the wrapper must show the same
        make_and_note.__wrapped__ = make
        monkeypatch.setattr(TerritoryModel, "__init__", make_and_note)
        spec = importlib.util.spec_from_file_location("solara_app", EXAMPLE)
        app = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(app)
        page = solara.AppLayout(children=[app.page])
        _, self.rendered = solara.render(page, handle_error=False)

    def click(self, label):
        import ipyvuetify  # comes with solara

        buttons = self.rendered.find(ipyvuetify.Btn).widgets
        next(b for b in buttons if b.children == [label]).click()

    def move(self, label, value):
        import ipyvuetify

        sliders = self.rendered.find(ipyvuetify.Slider).widgets
        next(s for s in sliders if s.label == label).v_model = value


@pytest.fixture
def viewer(monkeypatch):
    shown = Viewer(monkeypatch)
    yield shown
    shown.rendered.close()


def test_step_runs_a_month_and_reset_restarts_with_the_sliders_values(viewer):
    (first,) = viewer.models
    viewer.click("Step")
    viewer.click("Step")
    assert (first.time, first.seed) == (2.0, 7)
    viewer.move("Online share in 2030", 0.3)
    viewer.click("Reset")
    _, second = viewer.models
    assert (second.time, second.seed, second.scenario.online_share_2030) == (0.0, 7, 0.3)
    viewer.click("Step")
    assert (first.time, second.time) == (2.0, 1.0)


def test_reset_stays_in_the_same_place():
    """On Reset the viewer passes another scenario of the model's own class."""
    model = TerritoryModel("mid_sized_town", population=21_000, rng=7)
    again = TerritoryModel(scenario=type(model.scenario)(), rng="7")
    assert again.state["cell.residents"].tobytes() == model.state["cell.residents"].tobytes()
