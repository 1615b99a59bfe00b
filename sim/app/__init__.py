"""The page: two territories side by side in a browser, with the same seed and one difference."""
