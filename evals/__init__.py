"""Drives the whole from outside and measures it: figures, suites, baselines."""
