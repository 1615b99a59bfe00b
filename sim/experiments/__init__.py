"""Experiments: a run, a comparison and a sweep by one engine, kept in one store."""
