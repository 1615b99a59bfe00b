"""Show the territory in Mesa's viewer, with a map, curves, and sliders for parameters.

Install with ``pip install "essaim[viz]"`` and run ``solara run docs/examples/solara_app.py``.
"""

from mesa.visualization import Slider, SolaraViz, SpaceRenderer, make_plot_component
from mesa.visualization.components import AgentPortrayalStyle, PropertyLayerStyle

from sim.mesa_face.agents import Entrepreneur, Premises, Shop, ThirdPlace
from sim.mesa_face.model import TerritoryModel
from sim.scenario.schema import PARAMETERS

COLOURS = {"convenience": "#009E73", "comparison": "#0072B2", "hospitality": "#D55E00"}
STEPS = {
    "online_share_2030": 0.01,
    "starting_vacancy": 0.005,
    "closure_rate": 0.005,
    "open_share_elasticity": 0.05,
}


def portray_agent(agent):
    """Draw premises, shops in the colour of their sector, running projects and third places."""
    match agent:
        case Premises():
            return AgentPortrayalStyle(color="#BBBBBB", marker="s", size=5, zorder=1)
        case Shop():
            return AgentPortrayalStyle(color=COLOURS[agent.sector], size=9, zorder=2)
        case Entrepreneur(stage="running"):
            return AgentPortrayalStyle(color="#CC79A7", marker="^", size=12, zorder=3)
        case ThirdPlace():
            return AgentPortrayalStyle(color="black", marker="*", size=60, zorder=4)
        case _:  # all other agents stay invisible
            return AgentPortrayalStyle(size=0)


def portray_layer(layer):
    """Draw residents as the background of the map, and no other layer."""
    if layer.name == "residents":
        return PropertyLayerStyle(colormap="Greys", alpha=0.6, colorbar=False)
    return None


def slider(name, step):
    """Make a slider with the parameter's label and bounds."""
    known, value = PARAMETERS[name], float(model.scenario.source.values[name])
    return Slider(known.label["en"], value, known.low, known.high, step, dtype=float)


model = TerritoryModel("mid_sized_town", rng=7)
renderer = (
    SpaceRenderer(model, backend="matplotlib")
    .setup_propertylayer(portray_layer)
    .setup_agents(portray_agent)
)
renderer.render()

page = SolaraViz(
    model,
    renderer,
    components=[
        make_plot_component("retail_vacancy_town_centre"),
        make_plot_component({"open_shops": "#0072B2", "premises": "#BBBBBB"}),
    ],
    model_params={
        "rng": {"type": "InputText", "value": "7", "label": "Seed"},
        **{name: slider(name, step) for name, step in STEPS.items()},
    },
    name="Essaim",
)
page  # noqa: B018 - Solara shows the last expression of the file
