"""Analyses of a sweep's results, by specialised libraries and a few estimators of our own."""
