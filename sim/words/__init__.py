"""Texts, numbers and spans of time in the languages of the territory."""
