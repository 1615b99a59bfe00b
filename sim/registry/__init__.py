"""Declarations: parameters, variables, catalogues and settings."""
