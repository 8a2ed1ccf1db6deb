"""The tables. Who writes which row is drawn in docs/architecture.md."""

from malmoi.persistence.tables.base import Table
from malmoi.persistence.tables.callbacks import Callback, CallbackDelivery, CallbackSecret
from malmoi.persistence.tables.delivery import DeadLetterRow, EventRow, LedgerLine, OutboxRow
from malmoi.persistence.tables.jobs import WORDS_OF_RESULT, Job, Task
from malmoi.persistence.tables.limits import DailyUse, Erasure
from malmoi.persistence.tables.messages import RoomMessage, SignVideo
from malmoi.persistence.tables.people import ApiKey, User
from malmoi.persistence.tables.rooms import Participant, RaisedHand, Room, RoomSocket
from malmoi.persistence.tables.uploads import DirectUpload
from malmoi.persistence.tables.workers import WorkerRow

__all__ = [
    "WORDS_OF_RESULT",
    "ApiKey",
    "Callback",
    "CallbackDelivery",
    "CallbackSecret",
    "DailyUse",
    "DeadLetterRow",
    "DirectUpload",
    "Erasure",
    "EventRow",
    "Job",
    "LedgerLine",
    "OutboxRow",
    "Participant",
    "RaisedHand",
    "Room",
    "RoomMessage",
    "RoomSocket",
    "SignVideo",
    "Table",
    "Task",
    "User",
    "WorkerRow",
]
