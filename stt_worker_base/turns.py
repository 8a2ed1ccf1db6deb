"""Whose recording the model decodes next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition


@dataclass(slots=True)
class Turns:
    """Lets one thread at a time have the model, the urgent one first."""

    _changed: Condition = field(default_factory=Condition)
    _taken: bool = False
    _urgent: int = 0
    """Urgent ones that wait."""

    @contextmanager
    def turn(self, *, urgent: bool) -> Iterator[None]:
        """Wait for the model, and have it."""
        with self._changed:
            self._urgent += urgent
            self._changed.wait_for(lambda: not self._taken and (urgent or not self._urgent))
            self._urgent -= urgent
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
