"""One verb a file: the rules, without HTTP, SQL or Redis of their own."""
