"""Logs with one trace id, every metric, and the health endpoints of processes without HTTP."""
