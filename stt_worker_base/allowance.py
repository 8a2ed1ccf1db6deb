"""How long an order may take before its process counts as hung."""

import time

from stt_worker_base.outcome import Progress
from stt_worker_base.settings import WorkerSettings


class Allowance:
    """Grows once, when the length of the recording is known, and by what others took meanwhile."""

    def __init__(self, settings: WorkerSettings, *, urgent: bool) -> None:
        self._settings = settings
        self.urgent = urgent
        self._begun = time.monotonic()
        self._until = self._begun + settings.task_min_deadline_s
        self._decoding = True

    @property
    def left_s(self) -> float:
        """Not positive once it is used up."""
        return self._until - time.monotonic()

    @property
    def used_s(self) -> float:
        """Seconds since the order was handed over."""
        return time.monotonic() - self._begun

    def note(self, progress: Progress) -> None:
        """Begin anew when the decoding is over."""
        if self._decoding and progress.audio_s is not None:
            self._decoding = False
            allowed_s = self._settings.task_deadline_factor * progress.audio_s
            self._until = time.monotonic() + max(self._settings.task_min_deadline_s, allowed_s)

    def put_off(self, seconds: float) -> None:
        """Somebody else had the process for so long."""
        self._until += seconds
