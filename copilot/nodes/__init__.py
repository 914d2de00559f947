"""Nodes of the graph: each reads the state and answers what changes; all may run twice."""
