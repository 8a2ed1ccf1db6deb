"""The one way in for recordings that are jobs: POST /jobs, as a form or in JSON, and OpenAI's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api_gateway.pacing import Paced
from api_gateway.routes.uploads import IdempotencyKey, read_upload
from api_gateway.schemas.jobs import JobRequest
from api_gateway.state import State, StateDep
from api_gateway.usecases.hand_in import Submission
from api_gateway.usecases.sources import FromBody, FromBucket, FromUpload, FromUrl, Source
from malmoi.contracts.callbacks import CallbackWish
from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.jobs import Engine, Lane
from malmoi.persistence.tables import Job, User

F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a recording, whichever way it comes."""

    options: DecodeOptions
    engine: Engine = Engine.WHISPER
    lane: Lane = Lane.BATCH
    callback: CallbackWish | None = None


@dataclass(frozen=True, slots=True)
class HandingIn:
    """Somebody who is at it; nothing of the body was read."""

    request: Request
    user: User
    state: State
    idempotency_key: str | None

    @property
    def names_a_source(self) -> bool:
        """Whether the body says where the recording lies, and is not the recording itself."""
        told = self.request.headers.get("content-type", "")
        return told.partition(";")[0].strip().lower() == "application/json"

    async def by_form(self, fields: type[F], wanted: Callable[[F], Wanted]) -> tuple[F, Job]:
        """Take the file of a form; `fields` are those beside it."""
        async with read_upload(self.request, "file") as upload:
            asked = upload.fields(fields)
            source = FromBody(upload.recording, self.state.store)
            return asked, await self._take(wanted(asked), source)

    async def by_name(self, wanted: Callable[[JobRequest], Wanted]) -> Job:
        """Take the recording that the body names."""
        try:
            asked = JobRequest.model_validate_json(await self.request.body())
        except ValidationError as error:
            raise RequestValidationError(
                [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
            ) from error
        return await self._take(wanted(asked), self._source(asked))

    def _source(self, asked: JobRequest) -> Source:
        state, owner = self.state, self.user.id
        if asked.upload_id is not None:
            return FromUpload(asked.upload_id, owner, state.database)
        if asked.url is not None:
            return FromUrl(asked.url, state.fetching)
        assert asked.object_key is not None
        return FromBucket(asked.object_key, owner, state.copying)

    async def _take(self, wanted: Wanted, source: Source) -> Job:
        submission = Submission(
            owner_user_id=self.user.id,
            lane=wanted.lane,
            options=wanted.options,
            engine=wanted.engine,
            callback=wanted.callback,
            idempotency_key=self.idempotency_key,
        )
        return await self.state.intake.take(submission, source)


async def _handing_in(
    request: Request, user: Paced, state: StateDep, idempotency_key: IdempotencyKey = None
) -> HandingIn:
    return HandingIn(request, user, state, idempotency_key)


HandIn = Annotated[HandingIn, Depends(_handing_in)]
"""The caller, who may hand recordings in, and the recording that is still to be read."""
