"""Rooms and who is in them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from api_gateway.usecases.show_room import RoomView
from malmoi.contracts.languages import ACCEPTED, require_language
from malmoi.persistence.rooms import ListedRoom, terms_of
from malmoi.persistence.seats import SeatedUser

_VOCABULARY_CHARACTERS = 600
"""Whisper reads at most 224 tokens of a prompt; more would be cut off silently."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters and line breaks are not allowed")
    return text


Language = Annotated[
    str,
    StringConstraints(to_lower=True),
    AfterValidator(require_language),
    # Not as a constraint: whoever writes `Korean` is to be told which codes there are.
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[a-zA-Z]{2,4}$",
            "description": f"{ACCEPTED[0].upper()}{ACCEPTED[1:]}.",
            "examples": ["ko"],
        }
    ),
]
"""A code of Whisper's, or `auto` to detect it from each recording."""
Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)]


class RoomIn(BaseModel):
    """A new room. Nobody has a seat in it yet, its creator neither."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    password: SecretStr | None = Field(default=None, max_length=128)
    """Empty means none."""
    language: Language | None = None
    vocabulary: list[Annotated[Line, Field(min_length=1, max_length=60)]] = Field(
        default_factory=list, max_length=100
    )
    """Names and terms that are likely to occur."""

    @model_validator(mode="after")
    def _short_enough(self) -> Self:
        if sum(map(len, self.vocabulary)) > _VOCABULARY_CHARACTERS:
            raise ValueError(f"vocabulary: at most {_VOCABULARY_CHARACTERS} characters in all")
        return self


class JoinIn(BaseModel):
    """What the door asks for: the password, or an invitation in its place."""

    password: SecretStr | None = Field(default=None, max_length=128)
    invite: SecretStr | None = Field(default=None, max_length=128)
    """The code of an invitation."""


class JoinOut(BaseModel):
    """The caller has a seat."""

    joined: bool = True


class InvitationOut(BaseModel):
    """Whoever has the code joins without the password, until it is revoked."""

    code: str


class LeaveOut(BaseModel):
    """The caller has no seat (any more)."""

    left: bool = True


class ParticipantOut(BaseModel):
    """Somebody with a seat; `online` while a WebSocket of theirs is live."""

    user_id: UUID
    email: str
    status: str

    @classmethod
    def of(cls, seated: SeatedUser) -> Self:
        """As the other participant sees them."""
        return cls(user_id=seated.user_id, email=seated.email, status=seated.status)


class RoomSummary(BaseModel):
    """A room as everybody may see it."""

    room_id: UUID
    title: str
    has_password: bool
    capacity: int
    occupancy: int
    joined: bool
    """Whether the caller has a seat."""
    created_at: datetime

    @classmethod
    def of(cls, listed: ListedRoom | RoomView) -> Self:
        """Nothing of what is said inside."""
        room = listed.room
        return cls(
            room_id=room.id,
            title=room.title,
            has_password=room.password_hash is not None,
            capacity=room.capacity,
            occupancy=listed.occupancy,
            joined=listed.joined,
            created_at=room.created_at,
        )


class RoomOut(RoomSummary):
    """A room as its participants see it."""

    language: str
    vocabulary: list[str]
    created_by: UUID
    current_speaker_user_id: UUID | None
    expires_at: datetime | None
    """When the speaker's turn ends unless it is extended."""
    baton_grant: int
    """The number of the newest grant."""
    queue: list[UUID]
    """Who raised a hand, the next one first."""
    offered_user_id: UUID | None
    """For whom the free baton is kept."""
    offer_expires_at: datetime | None
    participants: list[ParticipantOut]
    last_seq: int
    """The number of the newest event this view includes; listen from here."""

    @classmethod
    def of(cls, listed: ListedRoom | RoomView) -> Self:
        """Everything."""
        view = listed if isinstance(listed, RoomView) else RoomView(listed.room, 0, joined=False)
        return cls(
            **RoomSummary.of(view).model_dump(),
            language=view.room.language,
            vocabulary=terms_of(view.room),
            created_by=view.room.created_by,
            current_speaker_user_id=None if view.hold is None else view.hold.user_id,
            expires_at=None if view.hold is None else view.hold.expires_at,
            baton_grant=view.room.baton_grant,
            queue=list(view.queue.hands),
            offered_user_id=view.queue.offered_user_id,
            offer_expires_at=view.queue.offer_expires_at,
            participants=[ParticipantOut.of(each) for each in view.participants],
            last_seq=view.room.last_seq,
        )


class RoomsOut(BaseModel):
    """A page of rooms, newest first."""

    rooms: list[RoomSummary]
    next: UUID | None
    """`after` of the next page; null on the last one."""
