"""One verb a file. They run in the caller's transaction and never commit."""
