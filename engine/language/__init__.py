"""Strategy language: rules as data, causal by construction (parse, check, compile, explain)."""
