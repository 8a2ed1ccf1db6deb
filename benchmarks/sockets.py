"""A thousand listeners: `python -m benchmarks.sockets`.

Rooms of two people with several sockets each (tabs); batons change hands, and every change is
an event to every socket of its room. Latency is from the event's commit (its `ts`) to the
client; the clients share this machine.
"""

import argparse
import asyncio
import json
import statistics
import time
from contextlib import AsyncExitStack
from datetime import datetime

import httpx
from websockets.asyncio.client import ClientConnection

from benchmarks.people import Person, room_of, sign_up
from benchmarks.running_cluster import RunningCluster, cluster


class Deliveries:
    """Latencies of what arrived, in seconds."""

    def __init__(self) -> None:
        self.latencies_s: list[float] = []

    async def read(self, socket: ClientConnection) -> None:
        """Note every baton event until the socket is closed."""
        async for frame in socket:
            event = json.loads(frame)
            if event["type"] == "speaker.changed":
                committed = datetime.fromisoformat(event["ts"]).timestamp()
                self.latencies_s.append(time.time() - committed)


async def turns(speaker: Person, room_id: str, count: int) -> None:
    """Take the baton and give it back."""
    for _ in range(count):
        await speaker.post(f"/rooms/{room_id}/speaker/acquire")
        await speaker.post(f"/rooms/{room_id}/speaker/release")


async def measure(running: RunningCluster, rooms: int, tabs: int, count: int) -> None:
    """Print deliveries per second and the distribution of their latency."""
    limits = httpx.Limits(max_connections=50)
    deliveries = Deliveries()
    async with (
        httpx.AsyncClient(base_url=running.url, timeout=120, limits=limits) as client,
        AsyncExitStack() as stack,
    ):
        pairs = [[await sign_up(client), await sign_up(client)] for _ in range(rooms)]
        room_ids = [await room_of(*pair) for pair in pairs]
        sockets = [
            await stack.enter_async_context(person.listening(room_id))
            for pair, room_id in zip(pairs, room_ids, strict=True)
            for person in pair
            for _ in range(tabs)
        ]
        readers = [asyncio.create_task(deliveries.read(socket)) for socket in sockets]
        begun = time.perf_counter()
        speakers = [pair[0] for pair in pairs]
        places = zip(speakers, room_ids, strict=True)
        await asyncio.gather(*(turns(speaker, room, count) for speaker, room in places))
        taken_s = time.perf_counter() - begun
        await asyncio.sleep(2)
        expected = rooms * 2 * tabs * count * 2
        _print(deliveries.latencies_s, len(sockets), expected, taken_s)
        for reader in readers:
            reader.cancel()


def _print(latencies_s: list[float], sockets: int, expected: int, taken_s: float) -> None:
    cuts = statistics.quantiles((1000 * each for each in latencies_s), n=100)
    print("| sockets | deliveries | expected | per second | p50 ms | p99 ms |")
    print("|--:|--:|--:|--:|--:|--:|")
    rate = len(latencies_s) / taken_s
    figures = [f"{each:.1f}" for each in (rate, cuts[49], cuts[98])]
    print("| " + " | ".join(map(str, (sockets, len(latencies_s), expected, *figures))) + " |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--tabs", type=int, default=5, help="sockets of each of the two people")
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    with cluster("--workers", "whisper=0") as running:
        asyncio.run(measure(running, arguments.rooms, arguments.tabs, arguments.turns))


if __name__ == "__main__":
    main()
