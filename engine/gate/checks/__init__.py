"""Checks: one small function per criterion, what was measured in, an answer out."""
