"""Versions of the desk's tables."""
