"""The gate: what a strategy must show, who may look, what a verdict is worth."""
