"""What reports do to sign videos and their rooms, on a real PostgreSQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from malmoi.contracts.events import EventType
from malmoi.contracts.sign import SignErrorCode, SignFailed, SignReady, SignTranslation
from malmoi.contracts.topics import SIGN_REQUESTS
from malmoi.persistence.database import Database
from malmoi.persistence.sign_videos import lock_sign, silent_signs
from malmoi.persistence.tables import OutboxRow, RoomMessage, SignVideo
from result_handler.usecases.effect import Effect
from result_handler.usecases.settle_sign import resend_sign, settle_sign
from tests.integration.sign_service.conftest import Signs


@pytest.fixture
async def message_id(signs: Signs) -> UUID:
    return await signs.hand_in(b"a video")


def ready(message_id: UUID, attempt: int = 1, **more: Any) -> SignReady:
    known = {"message_id": message_id, "attempt": attempt, "worker_id": "w"}
    made = {"duration_s": 2.0, "width": 640, "height": 360}
    keys = {"playable_key": f"sign/{attempt}.mp4", "poster_key": f"sign/{attempt}.jpg"}
    return SignReady(**{**known, **made, **keys, **more})


def failed(message_id: UUID, attempt: int = 1) -> SignFailed:
    return SignFailed(
        message_id=message_id,
        attempt=attempt,
        worker_id="w",
        code=SignErrorCode.VIDEO_UNREADABLE,
        detail="Record it again.",
    )


async def settle(database: Database, report: SignReady | SignFailed) -> Effect:
    async with database.transaction() as transaction:
        return await settle_sign(transaction, report)


async def resend(database: Database, message_id: UUID, attempt: int) -> bool:
    async with database.transaction() as transaction:
        held = await lock_sign(transaction, message_id)
        assert held is not None
        return await resend_sign(transaction, held, attempt=attempt, max_attempts=3)


async def requests(database: Database, message_id: UUID) -> int:
    async with database.transaction() as transaction:
        found = await transaction.session.scalar(
            select(func.count()).where(
                OutboxRow.topic == SIGN_REQUESTS.name, OutboxRow.key == str(message_id)
            )
        )
    return found or 0


async def test_the_room_hears_of_the_video_at_once(signs: Signs, message_id: UUID) -> None:
    [event] = await signs.told(message_id)

    assert event.type is EventType.MESSAGE_CREATED
    payload = event.payload
    assert (payload["type"], payload["status"], payload["text"]) == ("sign", "pending", None)
    assert payload["job_id"] == payload["message_id"] == str(message_id)
    assert payload["position"] == event.seq
    assert payload["sign"]["state"] == "open"


async def test_a_playable_video_is_shown_and_its_text_stays_pending(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    assert await settle(database, ready(message_id)) is Effect.APPLIED

    video = await signs.now(message_id)
    assert (video.state, video.playable_key) == ("ready", "sign/1.mp4")
    *_, event = await signs.told(message_id)
    assert event.type is EventType.MESSAGE_UPDATED
    assert event.payload["sign"] == {
        "state": "ready",
        "duration_s": 2.0,
        "width": 640,
        "height": 360,
        "code": None,
        "detail": None,
    }
    assert event.payload["status"] == "pending"
    assert event.trace_id == video.trace_id


async def test_the_first_success_wins_and_a_duplicate_tells_nobody(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    await settle(database, ready(message_id))

    assert await settle(database, ready(message_id, attempt=2)) is Effect.DUPLICATE
    assert await settle(database, failed(message_id)) is Effect.STALE
    assert (await signs.now(message_id)).playable_key == "sign/1.mp4"
    assert len(await signs.told(message_id)) == 2


async def test_a_failure_says_what_to_do(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    assert await settle(database, failed(message_id)) is Effect.APPLIED

    *_, event = await signs.told(message_id)
    assert event.payload["sign"]["state"] == "failed"
    assert event.payload["sign"]["code"] == "VIDEO_UNREADABLE"
    assert event.payload["sign"]["detail"] == "Record it again."
    assert await settle(database, ready(message_id)) is Effect.STALE


async def test_a_failure_of_an_older_attempt_is_stale_and_its_success_is_not(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    assert await resend(database, message_id, attempt=1)

    assert await settle(database, failed(message_id, attempt=1)) is Effect.STALE
    assert await settle(database, ready(message_id, attempt=1)) is Effect.APPLIED
    assert (await signs.now(message_id)).state == "ready"


async def test_a_translation_makes_the_message_final(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    said = SignTranslation(text="안녕하세요", language="ko")

    await settle(database, ready(message_id, translation=said))

    message = await signs.message(message_id)
    assert (message.status, message.content_text) == ("final", "안녕하세요")
    *_, event = await signs.told(message_id)
    assert event.payload["text"] == "안녕하세요"


async def test_nobody_hears_of_a_deleted_message(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(RoomMessage).where(RoomMessage.id == message_id).values(deleted_at=func.now())
        )

    said = SignTranslation(text="안녕하세요", language="ko")
    assert await settle(database, ready(message_id, translation=said)) is Effect.APPLIED
    assert len(await signs.told(message_id)) == 1
    assert (await signs.message(message_id)).content_text is None


async def test_a_report_about_nothing_is_stale(database: Database, message_id: UUID) -> None:
    nobody = UUID(int=message_id.int ^ 1)

    assert await settle(database, ready(nobody)) is Effect.STALE


async def test_a_lost_request_goes_out_again_a_bounded_number_of_times(
    database: Database, signs: Signs, message_id: UUID
) -> None:
    assert await resend(database, message_id, attempt=1)
    assert not await resend(database, message_id, attempt=1)
    assert await resend(database, message_id, attempt=2)
    assert await requests(database, message_id) == 3

    assert not await resend(database, message_id, attempt=3)

    video = await signs.now(message_id)
    assert (video.state, video.error_code) == ("failed", "SIGN_SERVICE_LOST")
    assert await requests(database, message_id) == 3


async def test_a_request_that_still_waits_in_the_outbox_is_not_silent(
    database: Database, message_id: UUID
) -> None:
    async def silent() -> set[UUID]:
        async with database.transaction() as transaction:
            found = await silent_signs(
                transaction.session, older_than=timedelta(seconds=1), limit=1000
            )
        return {each for each, _ in found}

    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(SignVideo)
            .where(SignVideo.message_id == message_id)
            .values(dispatched_at=func.now() - timedelta(minutes=1))
        )
    assert message_id not in await silent()

    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(OutboxRow).where(OutboxRow.key == str(message_id)).values(sent_at=func.now())
        )
    assert message_id in await silent()
