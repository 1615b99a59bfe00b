"""One simulation: its months, its ledger and its provenance."""
