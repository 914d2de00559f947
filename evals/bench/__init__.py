"""The engines we are measured against, in an environment of their own (`requirements.lock`).

`python -m evals.bench.peer NAME` runs there. Nothing here imports anything of ours: that
environment holds the peers alone, and each engine is driven the fastest way its interface has.
"""
