"""The page: two territories side by side in a browser, with the same luck and one difference."""
