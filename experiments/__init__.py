"""Questions to the model, a folder each."""
