"""Everything is killed while small jobs come in: `python -m benchmarks.chaos`."""
