"""The rule-based German and English drafter: the embedded default when no model is set."""
