"""Turns what workers report into durable results, and notices what they no longer report."""
