"""The `malmoi` command: the whole cluster on one machine, without Docker."""
