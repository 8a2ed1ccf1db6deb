"""Which waiting task is next, and to which worker it goes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from malmoi.persistence.dispatch import Candidate, Place, in_turns, partitions_to_fill

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOBODY: Counter[UUID] = Counter()


def recording(owner: UUID, *, chunks: int, minute: int = 0) -> list[Candidate]:
    job = uuid4()
    at = NOON + timedelta(minutes=minute)
    return [Candidate(uuid4(), job, job, owner, at) for _ in range(chunks)]


def short(owner: UUID, *, minute: int) -> Candidate:
    return Candidate(uuid4(), owner, uuid4(), owner, NOON + timedelta(minutes=minute))


def test_chunks_of_one_recording_go_in_their_order() -> None:
    chunks = recording(uuid4(), chunks=5)

    assert in_turns(chunks, NOBODY, most=3) == chunks[:3]


def test_two_users_take_turns_however_much_one_of_them_sent() -> None:
    much, little = uuid4(), uuid4()
    first = recording(much, chunks=50)
    second = recording(much, chunks=50, minute=1)
    late = recording(little, chunks=2, minute=9)

    turns = in_turns([*first, *second, *late], NOBODY, most=4)

    assert [each.owner_user_id for each in turns] == [much, little, much, little]


def test_two_recordings_of_one_user_take_turns() -> None:
    user = uuid4()
    first, second = recording(user, chunks=5), recording(user, chunks=5, minute=1)

    turns = in_turns([*first, *second], NOBODY, most=4)

    assert turns == [first[0], second[0], first[1], second[1]]


def test_whole_recordings_of_one_user_go_in_the_order_in_which_they_came() -> None:
    user = uuid4()
    recordings = [short(user, minute=minute) for minute in range(4)]

    assert in_turns(recordings, NOBODY, most=3) == recordings[:3]


def test_a_whole_recording_goes_before_the_next_chunk_of_a_long_one_of_its_owner() -> None:
    user = uuid4()
    long, late = recording(user, chunks=5), short(user, minute=1)

    assert in_turns([*long, late], NOBODY, most=3) == [long[0], late, long[1]]


def test_who_has_work_in_hand_waits() -> None:
    busy, idle = uuid4(), uuid4()
    theirs, mine = recording(busy, chunks=3), recording(idle, chunks=3, minute=5)

    turns = in_turns([*theirs, *mine], Counter({busy: 2}), most=2)

    assert turns == mine[:2]


def test_the_idlest_worker_is_served_first_and_each_gets_no_more_than_is_free() -> None:
    busy, idle = Place([0, 1], free=1), Place([2, 3], free=2)

    assert partitions_to_fill([busy, idle], {}) == [2, 0, 3]


def test_a_partition_on_which_something_waits_comes_last() -> None:
    assert partitions_to_fill([Place([4, 5], free=1)], {4: 1}) == [5]


def test_nothing_goes_to_workers_without_a_free_place() -> None:
    assert partitions_to_fill([Place([0], free=0), Place([1], free=-1)], {0: 1}) == []
    assert partitions_to_fill([], {}) == []
