"""Guardrails: limits, approvals, audit and the two trusted processes, desk and gateway."""
