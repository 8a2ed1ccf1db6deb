"""Names of the consumer groups."""

from typing import Final

from malmoi.contracts.jobs import Engine

REPORT_HANDLERS: Final = "result-handler"


def workers_of(engine: Engine) -> str:
    """The group whose members share the engine's tasks."""
    return f"stt-worker-{engine}"
