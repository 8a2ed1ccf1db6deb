"""Callbacks as the senders of recordings wish and see them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from malmoi.contracts.callbacks import ENDS, CallbackEvent, CallbackWish, DeliveryState
from malmoi.contracts.events import EventType
from malmoi.persistence.callbacks import Told
from malmoi.persistence.tables import CallbackDelivery, CallbackSecret
from malmoi.web.destinations import UrlRefused, parse_url


def _openable(url: str) -> str:
    try:
        return str(parse_url(url))
    except UrlRefused as error:
        raise ValueError(error.detail) from error


def _listed(given: Any) -> Any:
    """Forms have commas where JSON has lists; a single field of a form is no list either."""
    return [each.strip() for each in given.split(",")] if isinstance(given, str) else given


CallbackUrl = Annotated[str, Field(max_length=2048), AfterValidator(_openable)]
"""Where to tell of a job; what it leads to is judged at each delivery."""
CallbackEvents = Annotated[
    list[CallbackEvent], Field(min_length=1, max_length=4), BeforeValidator(_listed)
]


def wish_for(url: str | None, events: list[CallbackEvent] | None) -> CallbackWish | None:
    """What the fields of a request ask for."""
    if url is None:
        return None
    return CallbackWish(url, parse_url(url).host, tuple(dict.fromkeys(events or ENDS)))


class CallbackAttemptOut(BaseModel):
    """One request to the receiver."""

    at: datetime
    status: int | None
    """Null: there was no answer."""
    outcome: str
    """`delivered`, `gone`, `redirected`, `rejected`, or why there was no answer."""
    duration_s: float


class CallbackDeliveryOut(BaseModel):
    """One event on its way."""

    id: UUID
    """The `webhook-id` of every attempt."""
    type: EventType
    seq: int
    state: DeliveryState
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: list[CallbackAttemptOut]
    """The latest 50."""

    @classmethod
    def of(cls, delivery: CallbackDelivery) -> Self:
        """As it is now."""
        state = DeliveryState(delivery.state)
        return cls(
            id=delivery.id,
            type=EventType(delivery.type),
            seq=delivery.seq,
            state=state,
            created_at=delivery.created_at,
            next_attempt_at=delivery.due_at if state is DeliveryState.PENDING else None,
            attempts=[CallbackAttemptOut.model_validate(each) for each in delivery.attempts],
        )


class CallbacksOut(BaseModel):
    """What a job's receiver was told, or is to be."""

    url: str | None
    """Null: nobody is told."""
    events: list[str]
    refused_at: datetime | None
    """When the receiver said 410: since then nothing is sent, until something is replayed."""
    deliveries: list[CallbackDeliveryOut]
    """In the order of the events."""

    @classmethod
    def of(cls, told: Told | None) -> Self:
        """As it is now."""
        if told is None:
            return cls(url=None, events=[], refused_at=None, deliveries=[])
        return cls(
            url=told.callback.url,
            events=list(told.events),
            refused_at=told.callback.refused_at,
            deliveries=[CallbackDeliveryOut.of(each) for each in told.deliveries],
        )


class SigningSecretOut(BaseModel):
    """A secret that signs your callbacks, without itself."""

    id: UUID
    created_at: datetime
    ends_at: datetime | None
    """A replaced one signs on until then; null: the one that counts."""

    @classmethod
    def of(cls, secret: CallbackSecret) -> Self:
        """As it is now."""
        return cls(id=secret.id, created_at=secret.created_at, ends_at=secret.ends_at)


class SigningSecretsOut(BaseModel):
    """The secrets that sign your callbacks now, newest first."""

    secrets: list[SigningSecretOut]


class NewSigningSecretOut(SigningSecretsOut):
    """A secret that was just made."""

    secret: str
    """`whsec_…`, as Standard Webhooks' libraries take it; it is told this once."""
