"""A sign video became playable, or did not: the first success wins, and the room hears of it."""

from typing import assert_never

from malmoi.contracts.sign import SignErrorCode, SignFailed, SignReady, SignResult
from malmoi.persistence.database import Transaction
from malmoi.persistence.sign_videos import (
    FAILED,
    READY,
    HeldSign,
    lock_sign,
    request_again,
    tell_update,
)
from result_handler.usecases.effect import Effect

_LOST = "The video was lost on its way several times. Send it again."


async def settle_sign(transaction: Transaction, report: SignResult) -> Effect:
    """Store what became of the video and tell the room, all or nothing."""
    held = await lock_sign(transaction, report.message_id)
    if held is None:
        return Effect.STALE
    if not held.is_open:
        return Effect.DUPLICATE if held.video.state == report.type else Effect.STALE
    match report:
        case SignReady():
            await _show(transaction, held, report)
        case SignFailed():
            if report.attempt != held.video.attempt:
                return Effect.STALE  # a later attempt is on its way and may succeed
            await _fail(transaction, held, code=report.code, detail=report.detail)
        case _:
            assert_never(report)
    return Effect.APPLIED


async def resend_sign(
    transaction: Transaction, held: HeldSign, *, attempt: int, max_attempts: int
) -> bool:
    """Send a lost request anew, or give the video up; False when it was answered meanwhile."""
    if not held.is_open or held.video.attempt != attempt:
        return False
    if attempt >= max_attempts:
        await _fail(transaction, held, code=SignErrorCode.SIGN_SERVICE_LOST, detail=_LOST)
        return False
    await request_again(transaction, held)
    return True


async def _show(transaction: Transaction, held: HeldSign, report: SignReady) -> None:
    video, message = held.video, held.message
    video.state = READY
    video.playable_key, video.poster_key = report.playable_key, report.poster_key
    video.duration_s, video.width, video.height = report.duration_s, report.width, report.height
    video.finished_at = await transaction.now()
    if report.translation is not None and message.deleted_at is None:
        message.status = "final"
        message.content_text = report.translation.text
        message.meta_json = {"lang": report.translation.language, "duration": report.duration_s}
    await tell_update(transaction, held)


async def _fail(
    transaction: Transaction, held: HeldSign, *, code: SignErrorCode, detail: str
) -> None:
    video = held.video
    video.state = FAILED
    video.error_code, video.error_detail = code, detail
    video.finished_at = await transaction.now()
    await tell_update(transaction, held)
