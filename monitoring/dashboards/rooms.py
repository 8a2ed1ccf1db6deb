"""What happens in rooms and at the doors of the gateway."""

from typing import Final

from monitoring.dashboards.panels import Page, graph, row
from monitoring.dashboards.queries import a_minute, a_second, or_zero, percentiles

ROOMS: Final = Page(
    "rooms",
    "Malmoi: rooms",
    "What happens in rooms: sockets, batons, clips, and what is refused.",
    (
        row(
            "Sockets",
            graph(
                "Open sockets",
                "By gateway. Normal: spread evenly; after a gateway restarts they come back within"
                " seconds.",
                {"{{instance}}": "malmoi_sockets_open"},
            ),
            graph(
                "Sockets we closed",
                "A minute, by reason. Normal: those whose people left. slow: the client cannot"
                " keep up; runbook sockets-too-slow.",
                {"{{reason}}": or_zero(a_minute("malmoi_sockets_dropped_total", "reason"))},
            ),
            graph(
                "Events",
                "Written to sockets a second, by type.",
                {"{{type}}": a_second("malmoi_socket_events_total", "type")},
                unit="ops",
            ),
            graph(
                "From event to socket",
                "Commit to the WebSocket. Normal: below 50 ms. p95 above 0.5 s: runbook"
                " events-late.",
                percentiles("malmoi_event_delivery_seconds"),
                unit="s",
            ),
            graph(
                "From clip to text",
                "Hand-in to committed text in the interactive lane. Normal: 1 to 2 s. Slower: the"
                " page pipeline tells which hop.",
                {
                    f"p{share}": f"histogram_quantile(0.{share}, sum by (le) "
                    '(rate(malmoi_job_seconds_bucket{lane="interactive"}[$__rate_interval])))'
                    for share in ("50", "95")
                },
                unit="s",
            ),
            graph(
                "Slow answers by route",
                "One request in twenty to a room takes longer. /rooms/{id}/stt waits for the text.",
                {
                    "{{method}} {{route}}": "histogram_quantile(0.95, sum by (le, method, route) "
                    "(rate(malmoi_http_request_seconds_bucket"
                    '{route=~"/rooms.*"}[$__rate_interval])))'
                },
                unit="s",
            ),
        ),
        row(
            "Whose turn it is",
            graph(
                "Speaker's baton",
                "Decisions a minute. Normal: as many released as granted, few denied. Many"
                " expired: clients that lose their connection.",
                {"{{decision}}": a_minute("malmoi_baton_decisions_total", "decision")},
            ),
            graph(
                "Offers of the free baton",
                "A minute, to the first who raised a hand. Normal: nearly all made are taken.",
                {"{{outcome}}": or_zero(a_minute("malmoi_baton_offers_total", "outcome"))},
            ),
            graph(
                "Clips refused",
                "A minute, by problem code. NOT_SPEAKER: somebody spoke without the baton. Codes"
                " of the recording: a browser that records badly.",
                {"{{code}}": or_zero(a_minute("malmoi_clips_refused_total", "code"))},
            ),
            graph(
                "Sign-ins refused",
                "A minute. Normal: a few wrong passwords. A burst, or throttled: runbook"
                " logins-refused.",
                {"{{reason}}": or_zero(a_minute("malmoi_logins_refused_total", "reason"))},
            ),
        ),
    ),
)
