"""Scenarios: TOML files turned into validated, frozen parameters."""
