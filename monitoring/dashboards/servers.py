"""The servers under the services, as the exporters of compose see them.

A cluster of `malmoi up` has no exporters: there this page stays empty.
"""

from typing import Final

from monitoring.dashboards.panels import Page, graph, number, row
from monitoring.dashboards.queries import a_second, or_zero

_DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs"'

SERVERS: Final = Page(
    "servers",
    "Malmoi: servers",
    "PostgreSQL, Valkey, Kafka, MinIO, nginx and the machine; needs the exporters of compose.",
    (
        row(
            "Is everything there?",
            number(
                "Servers that do not answer",
                "PostgreSQL, Valkey and nginx as their exporters see them. Normal: 0. Else:"
                " runbook server-gone.",
                or_zero("count(pg_up == 0 or redis_up == 0 or nginx_up == 0)"),
                red_from=1,
            ),
            number(
                "Fullest disk",
                "Share of the fullest file system in use. Normal: below 80 %. Runbook"
                " disk-filling.",
                f"max(1 - node_filesystem_avail_bytes{{{_DISKS}}}"
                f" / node_filesystem_size_bytes{{{_DISKS}}})",
                unit="percentunit",
                red_from=0.9,
            ),
            number(
                "Memory in use",
                "Share of the machine's memory. Normal: below 90 %. Above: the largest process"
                " will be killed; use fewer workers.",
                "max(1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)",
                unit="percentunit",
                red_from=0.95,
            ),
            number(
                "Database connections in use",
                "Share of max_connections. Normal: below a half. Runbook"
                " database-connections-short.",
                "max(sum by (instance) (pg_stat_database_numbackends)"
                " / on (instance) pg_settings_max_connections)",
                unit="percentunit",
                red_from=0.8,
            ),
        ),
        row(
            "PostgreSQL and Valkey",
            graph(
                "Transactions",
                "Committed and rolled back a second. Normal: hardly any rolled back.",
                {
                    "committed": a_second("pg_stat_database_xact_commit"),
                    "rolled back": a_second("pg_stat_database_xact_rollback"),
                },
                unit="ops",
            ),
            graph(
                "Size of the databases",
                "Normal: grows with the texts that are kept; retention bounds it.",
                {"{{datname}}": "pg_database_size_bytes"},
                unit="bytes",
            ),
            graph(
                "Valkey's memory",
                "Normal: some megabytes. At its limit it refuses writes, and nobody gets the"
                " baton: give it more.",
                {"{{instance}}": "redis_memory_used_bytes"},
                unit="bytes",
            ),
        ),
        row(
            "Kafka, MinIO and nginx",
            graph(
                "Brokers",
                "Normal: as many as were started. None: jobs are still accepted and wait in the"
                " outbox.",
                {"brokers": "max(kafka_brokers)"},
            ),
            graph(
                "Messages on topics",
                "A second. Normal: requests, progress and results move together.",
                {
                    "{{topic}}": "sum by (topic) "
                    "(rate(kafka_topic_partition_current_offset[$__rate_interval]))"
                },
                unit="ops",
            ),
            graph(
                "Lag as the broker sees it",
                "By group; also of a group that has no member. Growing: runbook"
                " consumer-lag-growing.",
                {
                    "{{consumergroup}} {{topic}}": "sum by (consumergroup, topic) "
                    "(kafka_consumergroup_lag)"
                },
            ),
            graph(
                "Free space for objects",
                "Normal: far from 0. Recordings are refused at 0: shorten the retention or add"
                " disks.",
                {"free": "sum(minio_cluster_capacity_usable_free_bytes)"},
                unit="bytes",
            ),
            graph(
                "Connections of nginx",
                "Normal: two for each open socket, one for each request.",
                {"{{instance}}": "nginx_connections_active"},
            ),
            graph(
                "Requests at nginx",
                "A second, pages and objects included.",
                {"{{instance}}": a_second("nginx_http_requests_total", "instance")},
                unit="reqps",
            ),
        ),
        row(
            "The machine",
            graph(
                "Processor",
                "Share in use. Normal: near 100 % only while recordings wait.",
                {
                    "{{instance}}": "1 - avg by (instance) "
                    '(rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))'
                },
                unit="percentunit",
            ),
            graph(
                "Memory available",
                "Normal: some gigabytes. Near 0: the largest process will be killed.",
                {"{{instance}}": "node_memory_MemAvailable_bytes"},
                unit="bytes",
            ),
            graph(
                "Free space",
                "By file system. Runbook disk-filling.",
                {"{{mountpoint}}": f"node_filesystem_avail_bytes{{{_DISKS}}}"},
                unit="bytes",
            ),
        ),
    ),
)
