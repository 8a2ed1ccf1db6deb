"""The only commit rule: after it is done, or after it is parked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from malmoi.messaging.consume import Consumption, Done, Outcome, Reject, Retry, consume
from malmoi.messaging.subscription import Record


def record(offset: int) -> Record:
    return Record("stt.results", 0, offset, b"{}", None, 1)


@dataclass
class Feed:
    """Hands out one batch, notes what is committed, then asks the loop to stop."""

    batch: list[Record]
    stop: asyncio.Event
    committed: list[int] = field(default_factory=list)
    closed: bool = False

    async def poll(self, *, max_records: int, wait_s: float) -> list[Record]:
        batch, self.batch = self.batch, []
        if not batch:
            self.stop.set()
        return batch

    async def commit(self, records: Sequence[Record]) -> None:
        self.committed += [each.offset for each in records]

    async def close(self) -> None:
        self.closed = True


@dataclass
class Handler:
    """Answers from a script: one list of outcomes (or an error) a call."""

    script: list[Sequence[Outcome] | Exception]
    calls: list[list[int]] = field(default_factory=list)
    parked: list[tuple[int, str]] = field(default_factory=list)

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        self.calls.append([each.offset for each in records])
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def park(self, parked: Record, reason: str) -> None:
        self.parked.append((parked.offset, reason))


async def run(handler: Handler, count: int) -> Feed:
    stop = asyncio.Event()
    feed = Feed([record(offset) for offset in range(count)], stop)
    await consume(Consumption(feed, handler.handle, handler.park), stop)  # type: ignore[arg-type]
    assert feed.closed
    return feed


async def test_what_is_done_is_committed() -> None:
    handler = Handler([[Done("applied"), Done("duplicate")]])

    assert (await run(handler, 2)).committed == [0, 1]


async def test_what_can_never_succeed_is_parked_and_committed() -> None:
    handler = Handler([[Done("applied"), Reject("unreadable")]])

    assert (await run(handler, 2)).committed == [0, 1]
    assert handler.parked == [(1, "unreadable")]


async def test_while_the_world_is_away_a_record_is_tried_until_it_is_back() -> None:
    away: list[Sequence[Outcome]] = [[Retry("database away", after_s=0)] for _ in range(20)]
    handler = Handler([*away, [Done("applied")]])

    assert (await run(handler, 1)).committed == [0]
    assert handler.parked == []


async def test_a_bug_costs_one_message_and_not_the_others() -> None:
    """A batch that fails together is tried one by one; only the poison is parked."""
    handler = Handler(
        [
            KeyError("together"),
            [Done("applied")],
            KeyError("poison"),
            KeyError("poison"),
            [Done("applied")],
        ]
    )

    feed = await run(handler, 3)

    assert feed.committed == [0, 1, 2]
    assert handler.parked == [(1, "KeyError('poison')")]
    assert handler.calls == [[0, 1, 2], [0], [1], [1], [2]]


@pytest.mark.parametrize("outcome", [Retry("away", after_s=0)])
async def test_a_stopped_loop_commits_nothing_unfinished(outcome: Retry) -> None:
    stop = asyncio.Event()
    feed = Feed([record(0)], stop)

    async def handle(_: Sequence[Record]) -> Sequence[Outcome]:
        stop.set()
        return [outcome]

    await consume(Consumption(feed, handle, Handler([]).park), stop)  # type: ignore[arg-type]

    assert feed.committed == []
