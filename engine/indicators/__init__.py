"""Indicator kernels: array functions, NaN is missing, causal by construction."""
