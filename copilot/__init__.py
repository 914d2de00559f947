"""The copilot: drafts, explains and narrates; it holds no key, no database and no way to an order."""
