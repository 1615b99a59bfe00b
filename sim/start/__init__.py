"""The starting state: shops, people and projects in equilibrium."""
