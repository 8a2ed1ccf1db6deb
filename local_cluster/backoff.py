"""How long to wait before a process is started again."""

from dataclasses import dataclass

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 30.0
HEALTHY_S = 30.0
"""A process that was ready this long died by accident, so counting starts anew."""
KEEPS_DYING = 3
"""From this many deaths in a row on, a process is called failing."""


@dataclass(slots=True)
class Backoff:
    """Doubles with each death in a row."""

    deaths: int = 0

    def died(self, *, lived_s: float) -> float:
        """Count a death; returns the seconds to wait."""
        self.deaths = 1 if lived_s >= HEALTHY_S else self.deaths + 1
        return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (self.deaths - 1))

    @property
    def keeps_dying(self) -> bool:
        return self.deaths >= KEEPS_DYING
