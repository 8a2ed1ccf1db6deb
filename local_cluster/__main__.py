"""`python -m local_cluster` is the `malmoi` command."""

from local_cluster.cli import main

if __name__ == "__main__":
    main(prog_name="malmoi")
