"""Towns as Mesa models, and how to find agents in them."""

from sim.mesa_face.model import TerritoryModel


def town_with_cluster():
    """A town whose cluster has been open for two years."""
    made = TerritoryModel(
        rng=7, interventions="transition_cluster", existing_third_places="", remote_share=0.001
    )
    made.run_for(36)
    return made


def first(model, kind, wanted=lambda agent: True):
    return model.agents_by_type[kind].select(wanted, at_most=1).to_list()[0]
