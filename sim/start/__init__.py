"""The first month: shops, people and projects at rest."""
