"""Every hop from hand-in to text: where the time goes, and where something waits."""

from typing import Final

from monitoring.dashboards.panels import Page, graph, number, row
from monitoring.dashboards.queries import (
    a_second,
    in_an_hour,
    largest,
    mean,
    or_zero,
    percentiles,
)

PIPELINE: Final = Page(
    "pipeline",
    "Malmoi: pipeline",
    "Every hop from hand-in to text: where the time goes, and where something waits.",
    (
        row(
            "Does everything that was accepted come to an end?",
            number(
                "Jobs missing",
                "Accepted minus ended minus open. Normal: 0. Else: runbook jobs-lost.",
                "max(abs(malmoi_conservation_missing_jobs))",
                red_from=1,
            ),
            number(
                "Outbox",
                "Messages committed in PostgreSQL and not yet on Kafka. Normal: 0. For minutes:"
                " runbook outbox-stuck.",
                largest("malmoi_outbox_pending_messages"),
                red_from=1,
            ),
            number(
                "Dead messages today",
                "Messages nobody could read, kept in a dead-letter topic. Normal: 0. Else:"
                " runbook messages-dead.",
                or_zero('sum(increase(malmoi_messages_handled_total{effect="dead"}[1d]))'),
                red_from=1,
            ),
            number(
                "Attempts lost in an hour",
                "Attempts given up because worker or request disappeared; each was begun anew."
                " Normal: 0, and a few when a worker was killed. More: runbook leases-lost.",
                or_zero("sum(increase(malmoi_leases_lost_total[1h]))"),
                red_from=4,
            ),
            number(
                "Oldest task",
                "Age of the oldest open task of any lane. Normal: below the length of the longest"
                " recording. Growing: runbook backlog-long.",
                largest("malmoi_open_oldest_seconds"),
                unit="s",
                red_from=3600,
            ),
            number(
                "Tasks that wait",
                "Open tasks that no worker answers for. Normal: returns to 0. Growing while"
                " workers are idle: runbook tasks-not-taken.",
                "sum(max by (engine, lane) (malmoi_tasks_waiting))",
                red_from=1000,
            ),
        ),
        row(
            "Where the time goes",
            graph(
                "Hops, slow end",
                "One in twenty takes longer. dispatch: acceptance until a worker has the task;"
                " fetch: from S3; decode: to samples; vad: finding speech; inference: the model."
                " Normal: all but dispatch under load and inference stay below 0.1 s.",
                {
                    "{{hop}}": "histogram_quantile(0.95, sum by (le, hop) "
                    "(rate(malmoi_hop_seconds_bucket[$__rate_interval])))"
                },
                unit="s",
            ),
            graph(
                "Hops, mean",
                "Added up, they are the mean time of a task at its worker. dispatch growing alone:"
                " too few workers. inference growing alone: longer recordings, or runbook"
                " slower-than-real-time.",
                {"{{hop}}": mean("malmoi_hop_seconds", "hop")},
                unit="s",
            ),
            graph(
                "From commit to Kafka",
                "How long the outbox holds a message. Normal: below 20 ms. Slower: the broker, or a"
                " relay that was not woken; runbook outbox-stuck.",
                percentiles("malmoi_outbox_delay_seconds"),
                unit="s",
            ),
            graph(
                "From acceptance to result",
                "The whole way, by engine and lane. Normal: the hops added up, and some 50 ms for"
                " reports.",
                percentiles("malmoi_job_seconds", "engine", "lane"),
                unit="s",
            ),
            graph(
                "From event to socket",
                "The last hop: commit to WebSocket. Normal: below 50 ms. Slower: runbook"
                " events-late.",
                percentiles("malmoi_event_delivery_seconds"),
                unit="s",
            ),
            graph(
                "Outbox",
                "Messages relayed a second, and those that wait. Normal: nothing waits while the"
                " broker is there.",
                {
                    "relayed a second": a_second("malmoi_outbox_relayed_total"),
                    "waiting": largest("malmoi_outbox_pending_messages"),
                },
            ),
        ),
        row(
            "What waits",
            graph(
                "Open tasks",
                "Waiting or running, by engine and lane. Normal: rises and falls with the day.",
                {"{{engine}} {{lane}}": largest("malmoi_open_tasks", "engine", "lane")},
            ),
            graph(
                "Tasks that wait",
                "Those that no worker answers for. They wait in PostgreSQL, so consumer lag does"
                " not show them. Growing: add workers.",
                {"{{engine}} {{lane}}": largest("malmoi_tasks_waiting", "engine", "lane")},
            ),
            graph(
                "Open recordings",
                "Bytes of recordings that wait or run. Normal: falls whenever workers are busy.",
                {"{{engine}} {{lane}}": largest("malmoi_open_audio_bytes", "engine", "lane")},
                unit="bytes",
            ),
            graph(
                "Oldest task",
                "Age of the oldest open task. interactive above 60 s: runbook"
                " interactive-tasks-waiting; batch for hours: runbook backlog-long.",
                {"{{engine}} {{lane}}": largest("malmoi_open_oldest_seconds", "engine", "lane")},
                unit="s",
            ),
            graph(
                "Consumer lag",
                "Messages on Kafka that nobody has read yet. Normal: near 0 everywhere. Growing for"
                " ten minutes: runbook consumer-lag-growing.",
                {
                    "{{group}} {{topic}}": "sum by (group, topic) (malmoi_kafka_lag_messages)",
                },
            ),
        ),
        row(
            "What was done with messages",
            graph(
                "Messages by effect",
                "A second. duplicate and stale are normal after a restart or a lost worker; retried"
                " means that PostgreSQL or S3 was away; dead is never normal: runbook"
                " messages-dead.",
                {"{{effect}}": a_second("malmoi_messages_handled_total", "effect")},
                unit="ops",
            ),
            graph(
                "Attempts lost",
                "An hour, by cause. worker_lost: it died or was cut off; request_lost: Kafka did"
                " not keep it; broker_emptied: Kafka forgot everything. Runbook leases-lost.",
                {"{{cause}}": or_zero(in_an_hour("malmoi_leases_lost_total", "cause"))},
            ),
            graph(
                "Kafka clients built",
                "An hour, by service. Normal: those of a start. More than six of one process:"
                " runbook kafka-reconnecting.",
                {"{{job}}": in_an_hour("malmoi_kafka_sessions_total", "job")},
            ),
        ),
    ),
)
