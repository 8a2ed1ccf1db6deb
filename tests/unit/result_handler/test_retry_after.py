"""What a receiver asks for by `Retry-After`; anybody may be a receiver."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from result_handler.adapters.callback_sender import retry_after_of

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        ("0", 0),
        ("120", 120),
        ("99999999999999999999", 10**9),
        ("Thu, 01 Jan 2026 12:02:00 GMT", 120),
        ("Thu, 01 Jan 2026 13:02:00 +0100", 120),
        ("Thu, 01 Jan 2026 12:02:00 -0000", 120),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_seconds_or_a_date(told: str, wait_s: float) -> None:
    assert retry_after_of(told, NOW) == timedelta(seconds=wait_s)


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        "-5",
        "1.5",
        "soon",
        "٣",
        "9" * 5000,
        "Thu, 99 Jan 2026 12:02:00 GMT",
        "Thu, 01 Jan 2026 12:02:00 +99999999999999",
    ],
)
def test_anything_else_asks_for_nothing(told: str | None) -> None:
    assert retry_after_of(told, NOW) is None


@given(st.text(max_size=60))
def test_nothing_that_a_receiver_writes_is_an_error(told: str) -> None:
    found = retry_after_of(told, NOW)
    assert found is None or found >= timedelta(0)
