"""Ends processes of a cluster with SIGKILL: every kind as often as every other."""

import asyncio
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from psutil import NoSuchProcess, Process

from local_cluster.home import Home
from local_cluster.state import ClusterState, Part

CHILDREN: Final[Mapping[str, str]] = {
    "stt_worker_whisper": "inference",
    "postgres": "postgres process",
    "nginx": "nginx worker",
}
"""What the processes of a part are that the supervisor does not know."""

Living = Mapping[str, Sequence[Process]]


def living(home: Home) -> Living:
    """The processes of a running cluster by kind; all but its supervisor."""
    state = ClusterState.read(home.state_file)
    found: dict[str, list[Process]] = defaultdict(list)
    if state is not None:
        for part in (*state.servers, *state.services):
            for kind, process in _of_part(part, state.pid):
                found[kind].append(process)
    return found


def _of_part(part: Part, supervisor: int) -> Iterator[tuple[str, Process]]:
    with suppress(NoSuchProcess):
        process = Process(part.pid) if part.pid is not None else None
        if process is None or process.ppid() != supervisor:
            return
        name = re.sub(r"-\d+$", "", part.name)
        yield name, process
        if name in CHILDREN:
            for child in process.children():
                yield CHILDREN[name], child


@dataclass
class Killer:
    """Kills one process after the other, of kinds in an order that `seed` decides."""

    home: Home
    every_s: float
    seed: int
    killed: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """Kill until cancelled."""
        chance = random.Random(self.seed)
        waiting: list[str] = []
        while True:
            await asyncio.sleep(self.every_s)
            found = await asyncio.to_thread(living, self.home)
            if not any(kind in found for kind in waiting):
                waiting = chance.sample(sorted(found), len(found))
            # One that is being started again right now has its turn a little later.
            kind = next((each for each in waiting if each in found), None)
            if kind is not None:
                waiting.remove(kind)
                self._kill(kind, chance.choice(found[kind]))

    def _kill(self, kind: str, process: Process) -> None:
        with suppress(NoSuchProcess):
            process.kill()
            self.killed[kind] += 1
            print(f"{datetime.now(UTC):%H:%M:%S} killed {kind}", file=sys.stderr, flush=True)
