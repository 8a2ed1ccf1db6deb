"""Figures with the command that makes each; docs/benchmarks.md holds a run's table."""
