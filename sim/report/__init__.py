"""Reports of comparisons: one self-contained page, and its pictures."""
