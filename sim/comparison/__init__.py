"""Comparisons of interventions: the same luck and the same uncertain parameters in every arm.

Nothing is imported here, so that the fork server of the workers can start before all else.
"""
