"""What a report did."""

from enum import StrEnum


class Effect(StrEnum):
    """Only APPLIED changed anything; the others are normal under at-least-once delivery."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    UNWANTED = "unwanted"
    """Stale, from a worker that is still busy with a task nobody wants any more: stop it."""
