"""Names of the consumer groups."""

from typing import Final

from malmoi.contracts.jobs import Engine

DEAD_LETTER_READERS: Final = "dead-letter-reader"
REPORT_HANDLERS: Final = "result-handler"
SIGN_REPORT_HANDLERS: Final = "sign-report-handler"
SIGN_SERVICES: Final = "sign-service"
WORKER_WATCHERS: Final = "worker-watch"


def workers_of(engine: Engine) -> str:
    """The group whose members share the engine's tasks."""
    return f"stt-worker-{engine}"
