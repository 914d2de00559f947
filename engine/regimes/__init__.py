"""Regimes: what kind of market it is, from what was known that day."""
