"""Exporters: a spec as source text for other engines, with every approximation in its header."""
