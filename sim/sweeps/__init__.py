"""Sweeps: experiments of many runs that survive anything, and the store that holds their results.

Nothing is imported here, so that the fork server of the workers can start before all else.
"""
