"""Rules: one function each, answering with a tuple of denials; `bounds.py` decides the numbers."""
