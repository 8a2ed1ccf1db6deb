"""Every benchmark, one after the other: `make bench`."""

import runpy
import sys

NAMES = ("room_latency", "overhead", "plumbing", "sockets", "admin_pages", "capacity")

for name in NAMES:
    print(f"\n## {name}\n", flush=True)
    sys.argv = [name]
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
