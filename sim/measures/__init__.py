"""Measures of a run: monthly counts, and the numbers made from them."""
