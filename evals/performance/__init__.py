"""Speed and memory against other engines and against our own floors, in one run.

CPU time of one core, medians over rounds in which ours and the peers take turns; the results are
compared before anything is timed. `python -m evals performance --json`; see docs/performance.md.
"""
