"""The first page: whether it is well, and what people feel."""

from typing import Final

from monitoring.dashboards.panels import Page, graph, number, row
from monitoring.dashboards.queries import (
    a_minute,
    a_second,
    in_an_hour,
    largest,
    or_zero,
    percentiles,
)

OVERVIEW: Final = Page(
    "overview",
    "Malmoi: overview",
    "Is it well, and what do people feel? The other pages say why.",
    (
        row(
            "Is it well?",
            number(
                "Jobs missing",
                "Accepted minus ended minus open. Normal: 0. Else a job was lost or ended twice:"
                " runbook jobs-lost.",
                "max(abs(malmoi_conservation_missing_jobs))",
                red_from=1,
            ),
            number(
                "Oldest clip",
                "How long somebody in a room has waited for their text. Normal: a few seconds."
                " Above 60 s: runbook interactive-tasks-waiting.",
                largest('malmoi_open_oldest_seconds{lane="interactive"}'),
                unit="s",
                red_from=60,
            ),
            number(
                "Outbox",
                "Messages that wait for Kafka. Normal: 0, or a few for a moment. For minutes:"
                " runbook outbox-stuck.",
                largest("malmoi_outbox_pending_messages"),
                red_from=1,
            ),
            number(
                "Buried today",
                "Tasks given up for good within a day. Normal: only unreadable recordings. The"
                " console lists them under dead letters; runbook tasks-buried.",
                or_zero("sum(increase(malmoi_tasks_buried_total[1d]))"),
                red_from=1,
            ),
            number(
                "Replicas down",
                "Targets that Prometheus cannot read. Normal: 0, and 1 for a minute while one is"
                " replaced. Longer: runbook replica-down.",
                or_zero("count(up == 0)"),
                red_from=1,
            ),
            number(
                "Alerts",
                "Alerts that fire now. Normal: 0. Their names stand in Prometheus under /alerts,"
                " and each has a page in docs/runbooks.",
                or_zero('count(ALERTS{alertstate="firing"})'),
                red_from=1,
            ),
        ),
        row(
            "What people feel",
            graph(
                "From hand-in to text",
                "Acceptance to committed result, by lane. Normal: 1 to 2 s for a clip; a batch"
                " recording takes its length times the real-time factor. Slower: see the page"
                " pipeline, which tells where the time goes.",
                percentiles("malmoi_job_seconds", "lane"),
                unit="s",
            ),
            graph(
                "From event to socket",
                "Commit to the WebSocket. Normal: below 50 ms. p95 above 0.5 s: runbook"
                " events-late.",
                percentiles("malmoi_event_delivery_seconds"),
                unit="s",
            ),
            graph(
                "Slow answers by route",
                "One request in twenty takes longer. Normal: below 0.1 s, but routes that wait for"
                " the text (/rooms/{id}/stt, /v1/audio/transcriptions) take as long as that.",
                {
                    "{{route}}": "histogram_quantile(0.95, sum by (le, route) "
                    "(rate(malmoi_http_request_seconds_bucket[$__rate_interval])))"
                },
                unit="s",
            ),
            graph(
                "Requests",
                "Answers a second by status class. Normal: hardly any 5xx. Above 1 %: runbook"
                " gateway-errors.",
                {"{{status}}": a_second("malmoi_http_request_seconds_count", "status")},
                unit="reqps",
            ),
            graph(
                "Jobs",
                "The ledger since the beginning: accepted = ended + open, at every moment. Normal:"
                " failed and cancelled stay far below completed; the console lists them.",
                {
                    "accepted": largest("malmoi_jobs_accepted"),
                    "{{state}}": largest("malmoi_jobs_ended", "state"),
                    "open": largest("malmoi_jobs_open"),
                },
            ),
            graph(
                "Recordings refused",
                "A minute, before their body was read, by problem code: too many at once, or a"
                " quota that is used up. Normal: 0. A user who needs more is given it in the"
                " console.",
                {"{{code}}": or_zero(a_minute("malmoi_recordings_refused_total", "code"))},
            ),
            graph(
                "Erased by retention",
                "An hour: what was erased, and by whose rule. Normal: about as much as was handed"
                " in that long ago. None for days although a rule exists: see the result"
                " handler's log.",
                {"{{what}} {{rule}}": or_zero(in_an_hour("malmoi_erased_total", "what", "rule"))},
            ),
            graph(
                "Open work",
                "Seconds of recordings that wait or run. Normal: comes back to 0 between busy"
                " hours. For hours: add workers; runbook backlog-long.",
                {"{{engine}} {{lane}}": largest("malmoi_open_audio_seconds", "engine", "lane")},
                unit="s",
            ),
        ),
    ),
)
