"""The Mesa face: models, agents and the grid as views of a simulation."""
