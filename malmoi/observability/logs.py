"""structlog for us and for every library: an event name and fields, one JSON object a line."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from malmoi.settings import ProcessSettings

PII_PREFIX = "pii."


def configure_logs(settings: ProcessSettings, *, service: str) -> None:
    """Send the process's logs to standard error; call once, first thing."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_service(service),
    ]
    if not settings.log_pii:
        shared.append(drop_pii)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings, shared))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    # It repeats itself thousands of times a second while a broker is away; the cluster watch
    # and the typed errors of malmoi.messaging say what matters.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    for noisy in ("uvicorn.access", "httpx", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.root.level))


def drop_pii(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Remove what people said: every field whose name begins with `pii.`."""
    return {key: value for key, value in event.items() if not key.startswith(PII_PREFIX)}


def _name_service(service: str) -> Processor:
    def name(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    return name


def _formatter(settings: ProcessSettings, shared: list[Processor]) -> logging.Formatter:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
