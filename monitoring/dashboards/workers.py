"""What the workers do, how fast, and what goes wrong in them."""

from typing import Final

from monitoring.dashboards.panels import Page, graph, row
from monitoring.dashboards.queries import a_second, in_an_hour, largest, or_zero, percentiles

WORKERS: Final = Page(
    "workers",
    "Malmoi: workers",
    "What the workers do, how fast, and what goes wrong in them.",
    (
        row(
            "Are there enough?",
            graph(
                "Workers",
                "Replicas that answer. Normal: as many as were started; ServiceGone fires at 0.",
                {"{{job}}": 'sum by (job) (up{job=~"stt_worker_.*|sign_service"})'},
            ),
            graph(
                "Tasks in hand",
                "By worker. Normal: all have about the same; one at 0 beside waiting tasks is"
                " stuck: runbook tasks-not-taken.",
                {"{{instance}} {{engine}}": "malmoi_tasks_running"},
            ),
            graph(
                "Until everything is done",
                "Open audio divided by what is recognised a second. Normal: minutes. Above an"
                " hour: add workers; runbook backlog-long.",
                {
                    "{{engine}}": "sum by (engine) (max by (engine, lane) "
                    "(malmoi_open_audio_seconds)) / sum by (engine) "
                    "(rate(malmoi_audio_seconds_total[10m]))"
                },
                unit="s",
            ),
            graph(
                "Open audio",
                "Seconds of recordings that wait or run; this is what KEDA scales workers by.",
                {"{{engine}} {{lane}}": largest("malmoi_open_audio_seconds", "engine", "lane")},
                unit="s",
            ),
            graph(
                "Audio recognised",
                "Seconds of audio a second, all workers together. Normal with Whisper base: 10 to"
                " 15 for each core that computes.",
                {"{{engine}}": a_second("malmoi_audio_seconds_total", "engine")},
            ),
            graph(
                "Audio recognised, by worker",
                "Seconds of audio a second. Normal: alike; one that is far behind shares its core.",
                {"{{instance}}": a_second("malmoi_audio_seconds_total", "instance")},
            ),
        ),
        row(
            "How well do they do?",
            graph(
                "Real-time factor",
                "Seconds of compute per second of audio. Normal: about 0.1 for Whisper base on one"
                " core. Above 1: runbook slower-than-real-time.",
                percentiles("malmoi_real_time_factor_ratio", "engine"),
            ),
            graph(
                "Attempts by outcome",
                "An hour. Codes that speak of the recording (AUDIO_…) are its sender's; others are"
                " ours: see the worker's log.",
                {"{{outcome}}": in_an_hour("malmoi_tasks_ended_total", "outcome")},
            ),
            graph(
                "Tasks buried",
                "An hour, by error code. Normal: unreadable recordings only. Runbook tasks-buried.",
                {"{{code}}": or_zero(in_an_hour("malmoi_tasks_buried_total", "code"))},
            ),
            graph(
                "Inference processes replaced",
                "An hour, by cause. Normal: 0. memory: give the container more, or use a smaller"
                " model. Runbook inference-restarting.",
                {"{{cause}}": or_zero(in_an_hour("malmoi_child_restarts_total", "cause"))},
            ),
            graph(
                "Memory",
                "Resident memory of each process. Normal: a worker's stays where it is after its"
                " first long recording; what grows for hours leaks.",
                {"{{instance}}": "process_resident_memory_bytes"},
                unit="bytes",
            ),
            graph(
                "Processor",
                "Cores in use by each process; the inference process of a worker is not in it.",
                {"{{instance}}": "rate(process_cpu_seconds_total[$__rate_interval])"},
            ),
        ),
        row(
            "Sign videos",
            graph(
                "Sign videos by outcome",
                "An hour. Normal: ready; VIDEO_… are the sender's, TRANSCODE_… and"
                " SIGN_SERVICE_LOST ours: runbook sign-videos-failing.",
                {"{{outcome}}": in_an_hour("malmoi_sign_videos_total", "outcome")},
            ),
            graph(
                "Steps",
                "Time of each step. Normal: transcode takes about the video's length, the others"
                " below 1 s.",
                percentiles("malmoi_sign_step_seconds", "hop"),
                unit="s",
            ),
            graph(
                "Open and sent anew",
                "Videos that are not playable yet, and requests repeated within the hour because"
                " the broker forgot them. Growing: runbook sign-videos-waiting.",
                {
                    "open": largest("malmoi_sign_open_messages"),
                    "sent anew": in_an_hour("malmoi_sign_resent_total"),
                },
            ),
        ),
    ),
)
