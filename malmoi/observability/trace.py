"""One trace id from the HTTP request through Kafka headers to the WebSocket event."""

import re
from uuid import uuid4

from structlog.contextvars import bind_contextvars, get_contextvars

HTTP_HEADER = "x-trace-id"
KAFKA_HEADER = "trace_id"
_ACCEPTABLE = re.compile(r"[0-9A-Za-z_-]{8,64}")


def new_trace_id() -> str:
    """32 hexadecimal digits, as in W3C Trace Context."""
    return uuid4().hex


def begin_trace(offered: str | None = None) -> str:
    """Log everything from here on under the offered id, or a new one if it is none to trust."""
    trace_id = offered if offered and _ACCEPTABLE.fullmatch(offered) else new_trace_id()
    bind_contextvars(trace_id=trace_id)
    return trace_id


def current_trace_id() -> str:
    """The id of what is being done now."""
    return str(get_contextvars().get("trace_id") or new_trace_id())
