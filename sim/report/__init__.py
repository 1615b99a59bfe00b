"""Reports of comparisons: one self-contained page in English or French, and its pictures."""
