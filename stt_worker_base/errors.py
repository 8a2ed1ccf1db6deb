"""Everything an engine refuses; the type says who acts.

EngineUnavailable      the operator: the engine cannot be loaded; the worker must not start
AudioRejected          the sender: a verdict about the recording; a retry cannot help
EngineError            a retry: this attempt failed, the recording may be good
└── EngineOutOfMemory  a retry, in a fresh process: the memory of this one is exhausted
"""

from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.outcome import Fallback


class EngineUnavailable(Exception):
    """Cannot be loaded; the text tells the operator what to do.

    `fallback`: a smaller way, if the memory did not suffice.
    """

    def __init__(self, detail: str, *, fallback: Fallback | None = None) -> None:
        super().__init__(detail)
        self.fallback = fallback


class AudioRejected(Exception):
    """Cannot be recognised as asked; the text tells the sender what to do."""

    def __init__(self, code: TaskErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class EngineError(Exception):
    """Failed for reasons of its own, such as a lost device."""


class EngineOutOfMemory(EngineError):
    """Ran out of memory of the machine or of the accelerator."""
