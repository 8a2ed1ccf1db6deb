"""Small jobs while everything is killed, again and again: `python -m benchmarks.chaos`.

Clients hand recordings in through nginx, each with a key of its own, and repeat what failed. Every
few seconds one process dies by SIGKILL: gateways, result handlers, workers, their inference
processes, the sign service, Kafka, PostgreSQL and its processes, Redis, the bucket's server, nginx
and its workers; all but the supervisor that starts them again. At the end everything is counted.
Before that a fifth as many, at most 500, are handed in while nobody kills, for the rate.
"""

import argparse
import asyncio
import random
import shutil
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

from benchmarks.chaos import books
from benchmarks.chaos.bench import Bench, Round, bench
from benchmarks.chaos.kills import Killer
from benchmarks.running_cluster import cluster

SETTINGS = {
    "ENGINE": "stt_worker_base.noop:NoopEngine",
    "WORKER_SLOTS": "16",
    # Losses are noticed soon, or a run would mostly wait for leases.
    "LEASE_S": "5",
    "HEARTBEAT_S": "1",
    "CALLBACK_TIMEOUT_S": "2",
    "CALLBACK_RETRY_FIRST_S": "1",
    "OUTBOUND_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
    # A few clients stand for many.
    "HAND_IN_PER_MINUTE": "1000000",
    "OPEN_JOBS_PER_USER": "1000000",
}
OPTIONS = ("--workers", "whisper=2", "--gateways", "2", "--handlers", "2")


async def measure(running: Bench, asked: argparse.Namespace) -> bool:
    """Print the tables; returns whether nothing was wrong."""
    calm = await running.round(range(min(500, max(1, asked.jobs // 5))))
    killer = Killer(running.home, asked.every, asked.seed)
    killing = asyncio.create_task(killer.run())
    try:
        wild = await running.round(range(calm.jobs, calm.jobs + asked.jobs))
    finally:
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
    _print_rates(calm, wild, asked.every)
    _print_counts("killed", killer.killed)
    _print_counts("repeated because of", running.senders.repeated)
    missing = await running.until_ready()
    await running.until_none(books.untold_callbacks, "callbacks are to be delivered")
    _print_counts("tasks by attempts", await running.attempts())
    findings = await running.findings(random.Random(asked.seed))
    return _print_findings(running, {"processes that did not come back": missing, **findings})


def _print_rates(calm: Round, wild: Round, every_s: float) -> None:
    print("\n| | jobs | accepted a second | completed a second | requests repeated |")
    print("|---|--:|--:|--:|--:|")
    print(calm.row("in peace"))
    print(wild.row(f"a `kill -9` every {every_s:g} s"))
    print(f"\nwith kills {calm.ended_s / calm.jobs / (wild.ended_s / wild.jobs):.2f} of the rate")


def _print_counts(name: str, counted: Counter[str] | Counter[int]) -> None:
    print(f"\n| {name} | times |\n|---|--:|")
    for kind, times in sorted(counted.items()):
        print(f"| {kind} | {times} |")
    print(f"| all | {counted.total()} |", flush=True)


def _print_findings(running: Bench, findings: books.Findings) -> bool:
    heard = running.receiver.heard
    print(
        f"\n{len(running.senders.accepted)} jobs accepted; {len(heard)} callbacks heard, ", end=""
    )
    print(f"{heard.total() - len(heard)} of them again\n")
    print("| what must not be | cases |\n|---|--:|")
    for name, cases in findings.items():
        print(f"| {name} | {len(cases)} |")
    for name, cases in findings.items():
        for case in cases[:5]:
            print(f"{name}: {case}", file=sys.stderr)
    return not any(findings.values())


async def _run(asked: argparse.Namespace) -> bool:
    with cluster(*OPTIONS, **SETTINGS) as running:
        try:
            async with bench(running) as ready:
                return await measure(ready, asked)
        finally:
            if asked.logs is not None:
                shutil.copytree(Path(running.home) / "logs", asked.logs, dirs_exist_ok=True)


def main() -> None:
    """Run it; exit code 1: something was lost, doubled or left open."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=10_000, help="while processes are killed")
    parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="one kill")
    parser.add_argument("--seed", type=int, default=1, help="decides the order of the kills")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="copy all logs there at the end")
    sys.exit(0 if asyncio.run(_run(parser.parse_args())) else 1)


if __name__ == "__main__":
    main()
