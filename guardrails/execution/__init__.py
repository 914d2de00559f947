"""Gateway: the only sender of orders; it re-verifies everything, then sends once."""
