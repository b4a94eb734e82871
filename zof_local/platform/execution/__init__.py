"""Runs come true here: a queue, one process group for each run, and outcomes read while they happen."""
