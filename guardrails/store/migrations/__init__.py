"""Versions of the stores' tables, one folder for each store; loaded for an upgrade alone."""
