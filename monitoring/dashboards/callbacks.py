"""What senders of recordings are told by callback, and which receivers do not listen."""

from typing import Final

from monitoring.dashboards.panels import Page, graph, number, row
from monitoring.dashboards.queries import (
    a_minute,
    in_an_hour,
    largest,
    or_zero,
    percentiles,
)

CALLBACKS: Final = Page(
    "callbacks",
    "Malmoi: callbacks",
    "What senders of recordings are told by callback, and which receivers do not listen.",
    (
        row(
            "Is everybody told?",
            number(
                "Open",
                "Events that are not delivered yet, those of receivers that are away included."
                " Normal: a few. Growing: runbook callbacks-waiting.",
                largest("malmoi_callback_pending_messages"),
                red_from=1000,
            ),
            number(
                "Oldest",
                "Age of the oldest open event. Normal: seconds. Above 6 h: somebody's receiver has"
                " been away for long; runbook callbacks-late.",
                largest("malmoi_callback_oldest_seconds"),
                unit="s",
                red_from=21600,
            ),
            number(
                "Given up today",
                "Events that nobody took for a day. Normal: 0. They can be replayed; runbook"
                " callbacks-failing.",
                or_zero('sum(increase(malmoi_callback_deliveries_total{outcome="failed"}[1d]))'),
                red_from=1,
            ),
        ),
        row(
            "Deliveries",
            graph(
                "Deliveries by outcome",
                "An hour. delivered: a 2xx came; failed: given up after a day; dropped: the"
                " receiver said 410.",
                {"{{outcome}}": or_zero(in_an_hour("malmoi_callback_deliveries_total", "outcome"))},
            ),
            graph(
                "From event to consent",
                "Pauses between attempts included. Normal: below 1 s. Hours: a receiver was away"
                " and has come back.",
                percentiles("malmoi_callback_delivery_seconds"),
                unit="s",
            ),
            graph(
                "Open events",
                "Not delivered yet. Normal: rises with a receiver that is away, and falls when it"
                " is back. Runbook callbacks-waiting.",
                {"open": largest("malmoi_callback_pending_messages")},
            ),
        ),
        row(
            "Attempts",
            graph(
                "Attempts by outcome",
                "A minute. Normal: delivered. redirected and rejected are the receiver's answer;"
                " the others say why there was none. Each attempt stands in the console.",
                {"{{outcome}}": or_zero(a_minute("malmoi_callback_attempts_total", "outcome"))},
            ),
            graph(
                "Time of an attempt",
                "What receivers take to answer. Normal: below 1 s. At CALLBACK_TIMEOUT_S: they"
                " work before they answer; tell their owners to answer first.",
                percentiles("malmoi_callback_attempt_seconds"),
                unit="s",
            ),
            graph(
                "Age of the oldest",
                "Normal: seconds. Growing by an hour an hour: one receiver is away.",
                {"oldest": largest("malmoi_callback_oldest_seconds")},
                unit="s",
            ),
        ),
    ),
)
