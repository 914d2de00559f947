"""Risk rules: one numeric predicate, and one function per rule that is not a number."""
