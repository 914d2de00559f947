"""Research on train bars: sweeps, walk-forward, Monte Carlo, stress; every run a counted trial."""
