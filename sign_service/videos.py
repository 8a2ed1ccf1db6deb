"""One request from its message to its report: fetch, transcode, translate, store."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from malmoi.contracts.sign import (
    SignErrorCode,
    SignFailed,
    SignReady,
    SignRequested,
    SignResult,
)
from malmoi.object_store.keys import sign_result_key
from malmoi.object_store.store import (
    ObjectMissing,
    ObjectStore,
    ObjectTooLarge,
    StoreUnavailable,
)
from malmoi.observability.metrics import SIGN_STEP_SECONDS, SIGN_VIDEOS_TOTAL
from sign_service.errors import SignError, TryFailed, VideoRefused
from sign_service.settings import Settings
from sign_service.transcoder import make_playable
from sign_service.translation import translated
from sign_service.tries import Tries

_AGAIN_AFTER_S = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Videos:
    """Answers requests. A store that is away is waited for: it says nothing of the video."""

    settings: Settings
    store: ObjectStore

    async def answer(self, request: SignRequested) -> SignResult:
        """The report of a request; cancelling it leaves the try uncounted."""
        tries = Tries(self.store, request)
        last: SignError = _lost()
        begun = await self._begun(tries)
        while begun < self.settings.sign_max_tries:
            begun += 1
            try:
                await tries.note(begun)
                return await self._try(request)
            except VideoRefused as refusal:
                return self._failed(request, refusal)
            except TryFailed as failure:
                last = failure
                log.warning("sign.try_failed", code=failure.code, tries=begun)
            except StoreUnavailable as error:
                begun -= 1
                log.warning("sign.store_away", error=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)
            except asyncio.CancelledError:
                await tries.note(begun - 1)
                raise
        return self._failed(request, last)

    async def _begun(self, tries: Tries) -> int:
        while True:
            try:
                return await tries.count()
            except StoreUnavailable as error:
                log.warning("sign.store_away", error=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _try(self, request: SignRequested) -> SignReady:
        with tempfile.TemporaryDirectory(prefix="malmoi-sign-") as name:
            folder = Path(name)
            source = folder / "source"
            with _timed("fetch"):
                await self._fetch(request, source)
            limits = self.settings.limits(max_bytes=request.video_bytes)
            with _timed("transcode"):
                made, playable, poster = await make_playable(source, folder, limits)
            with _timed("translate"):
                translation = await translated(self.settings, playable, language=request.language)
            nonce = uuid4().hex[:8]
            with _timed("store"):
                playable_key = await self._store(request, playable, f"{nonce}.mp4", "video/mp4")
                poster_key = await self._store(request, poster, f"{nonce}.jpg", "image/jpeg")
        SIGN_VIDEOS_TOTAL.labels("ready").inc()
        return SignReady(
            **self._identity(request),
            playable_key=playable_key,
            poster_key=poster_key,
            **made.model_dump(exclude={"kind"}),
            translation=translation,
        )

    async def _fetch(self, request: SignRequested, target: Path) -> None:
        try:
            await self.store.fetch(request.video_key, target, max_bytes=request.video_bytes)
        except ObjectMissing as error:
            detail = "The video is no longer in the store. Send it again."
            raise VideoRefused(SignErrorCode.VIDEO_MISSING, detail) from error
        except ObjectTooLarge as error:
            detail = "The stored video is larger than what was accepted. Send it again."
            raise VideoRefused(SignErrorCode.VIDEO_TOO_LARGE, detail) from error

    async def _store(self, request: SignRequested, path: Path, name: str, kind: str) -> str:
        key = sign_result_key(request.message_id, request.attempt, name=name)
        with path.open("rb") as content:
            length = os.fstat(content.fileno()).st_size
            await self.store.put(key, content, length=length, content_type=kind)
        return key

    def _failed(self, request: SignRequested, error: SignError) -> SignFailed:
        SIGN_VIDEOS_TOTAL.labels(error.code).inc()
        return SignFailed(**self._identity(request), code=error.code, detail=error.detail)

    def _identity(self, request: SignRequested) -> dict[str, Any]:
        return {
            "message_id": request.message_id,
            "attempt": request.attempt,
            "worker_id": self.settings.sign_worker_id,
        }


def _lost() -> TryFailed:
    detail = "Making the video playable was begun several times and never ended. Send another file."
    return TryFailed(SignErrorCode.SIGN_SERVICE_LOST, detail)


@contextmanager
def _timed(step: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    SIGN_STEP_SECONDS.labels(step).observe(time.monotonic() - begun)
