"""Vetoes: what must hold besides the two keys; each module measures one thing."""
