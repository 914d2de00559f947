"""HTTP API of the desk: one router per noun."""
