"""Evaluations with a comparison group, run again inside the model; see README.md."""
