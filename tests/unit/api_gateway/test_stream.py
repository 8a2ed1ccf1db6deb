"""A stream keeps its numbers in order and without gaps, however they arrive."""

import asyncio
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from api_gateway.live.stream import Frame, Stream
from malmoi.contracts.events import Event, EventType

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def frame(seq: int) -> Frame:
    return Frame(seq, "message.created", f'{{"seq":{seq}}}', NOW, None)


def stream_at(newest: int) -> Stream:
    stream = Stream("room:1")
    stream.start_at(newest)
    return stream


def test_the_next_number_is_appended_and_an_old_one_is_dropped() -> None:
    stream = stream_at(5)

    assert stream.offer(frame(6))
    assert stream.offer(frame(6))
    assert stream.offer(frame(3))

    assert stream.newest == 6
    assert stream.kept_after(5) == [frame(6)]


def test_a_number_beyond_the_next_is_a_gap() -> None:
    stream = stream_at(5)

    assert not stream.offer(frame(7))

    assert stream.newest == 5
    assert stream.lacks_events


def test_what_is_heard_before_the_start_is_remembered_as_missing() -> None:
    stream = Stream("room:1")
    assert not stream.offer(frame(8))
    stream.start_at(7)
    assert stream.lacks_events
    assert stream.offer(frame(8))
    assert not stream.lacks_events


def test_who_is_too_far_behind_must_read_the_database() -> None:
    stream = stream_at(0)
    for seq in range(1, 301):
        stream.offer(frame(seq))

    kept = stream.kept_after(44)

    assert kept is not None
    assert [each.seq for each in kept] == list(range(45, 301))
    assert stream.kept_after(43) is None
    assert stream.kept_after(300) == []
    assert stream.kept_after(999) == []


@given(st.lists(st.integers(min_value=1, max_value=12), max_size=60))
def test_whatever_arrives_the_kept_frames_are_consecutive(arrivals: list[int]) -> None:
    stream = stream_at(0)
    for seq in arrivals:
        stream.offer(frame(seq))

    kept = stream.kept_after(0)

    assert kept is not None
    assert [each.seq for each in kept] == list(range(1, stream.newest + 1))
    assert stream.lacks_events == (max(arrivals, default=0) > stream.newest)


async def test_everybody_who_waits_is_woken() -> None:
    stream = stream_at(0)
    waits = [asyncio.create_task(stream.wait_beyond(0, timeout_s=5)) for _ in range(3)]
    await asyncio.sleep(0)

    stream.offer(frame(1))

    assert await asyncio.gather(*waits) == [True] * 3
    assert not await stream.wait_beyond(1, timeout_s=0.01)


def test_an_event_is_sent_alike_from_redis_and_from_the_database() -> None:
    event = Event(
        type=EventType.PARTICIPANT_LEFT,
        payload={"user_id": "u1", "title": "말모이"},
        ts=NOW,
        seq=3,
        trace_id="t1",
    )

    from_database = Frame.of(event)
    from_redis = Frame.parse(event.model_dump_json().encode())

    assert from_redis == from_database
    assert from_redis.ends_seat_of("u1")
    assert not from_redis.ends_seat_of("u2")
