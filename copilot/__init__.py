"""The copilot drafts, explains and narrates; it holds no key, no database, no way to an order."""
