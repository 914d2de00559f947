"""Desk: the trusted process; it judges, sizes, asks people and releases."""
