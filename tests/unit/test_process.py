"""How background tasks are ended."""

import asyncio

import pytest

from malmoi import process


async def deaf_to_the_first_cancellation() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def test_a_task_that_loses_a_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "_CANCEL_AGAIN_AFTER_S", 0.01)
    task = asyncio.create_task(deaf_to_the_first_cancellation())
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await process.end_tasks(task)

    assert task.cancelled()


async def test_what_a_task_raises_when_it_ends_is_nobodys_concern() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("the server is gone")

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    await process.end_tasks(task)

    assert isinstance(task.exception(), OSError)
