"""Every metric of every process; the help text says when to worry.

Labels are closed sets: never a job, room or user. docs/metrics.md is generated from this file.
"""

from prometheus_client import Counter, Gauge, Histogram

_LATENCY_BUCKETS_S = (
    0.002,
    0.005,
    0.01,
    0.02,
    0.04,
    0.08,
    0.15,
    0.3,
    0.6,
    1.2,
    2.5,
    5,
    10,
    30,
    120,
)

# Gateway
HTTP_REQUEST_SECONDS = Histogram(
    "malmoi_http_request_seconds",
    "Time to answer, by route template and status class. Alert: 5xx share above 1 %.",
    ("method", "route", "status"),
    buckets=_LATENCY_BUCKETS_S,
)
SOCKETS_OPEN = Gauge("malmoi_sockets_open", "Live WebSockets of this gateway.")
SOCKET_EVENTS_TOTAL = Counter(
    "malmoi_socket_events_total", "Events written to WebSockets.", ("type",)
)
SOCKETS_DROPPED_TOTAL = Counter(
    "malmoi_sockets_dropped_total",
    "Sockets closed by us. Alert: `slow` growing means clients cannot keep up.",
    ("reason",),
)
EVENT_DELIVERY_SECONDS = Histogram(
    "malmoi_event_delivery_seconds",
    "From an event's commit to the socket. Alert: p95 above 0.5 s: Redis or a gateway is slow.",
    buckets=_LATENCY_BUCKETS_S,
)
BATON_DECISIONS_TOTAL = Counter(
    "malmoi_baton_decisions_total",
    "Speaker's batons granted, denied, released and expired.",
    ("decision",),
)
BATON_OFFERS_TOTAL = Counter(
    "malmoi_baton_offers_total",
    "Offers of the free baton to the first in line: made, taken and expired.",
    ("outcome",),
)
ERASED_TOTAL = Counter(
    "malmoi_erased_total",
    "Jobs whose recording or text was erased because its time was over, by whose rule.",
    ("what", "rule"),
)
RECORDINGS_REFUSED_TOTAL = Counter(
    "malmoi_recordings_refused_total",
    "Recordings refused before their body, by problem code: rate and quota. "
    "A user who needs more is given it by an operator.",
    ("code",),
)
CLIPS_REFUSED_TOTAL = Counter(
    "malmoi_clips_refused_total", "Clips refused at hand-in, by problem code.", ("code",)
)
LOGINS_REFUSED_TOTAL = Counter(
    "malmoi_logins_refused_total", "Failed and throttled sign-ins. Alert: a burst.", ("reason",)
)

# Outbox and Kafka, in every process that has them
OUTBOX_RELAYED_TOTAL = Counter("malmoi_outbox_relayed_total", "Outbox rows put on Kafka.")
OUTBOX_PENDING_MESSAGES = Gauge(
    "malmoi_outbox_pending_messages",
    "Due outbox rows that are not yet on Kafka. Alert: above 0 for 5 min: the relay is stuck.",
)
OUTBOX_DELAY_SECONDS = Histogram(
    "malmoi_outbox_delay_seconds", "From commit to the broker.", buckets=_LATENCY_BUCKETS_S
)
KAFKA_LAG_MESSAGES = Gauge(
    "malmoi_kafka_lag_messages",
    "Messages of the assigned partitions not yet read. Alert: growing for 10 min: add replicas.",
    ("group", "topic"),
)
KAFKA_SESSIONS_TOTAL = Counter(
    "malmoi_kafka_sessions_total",
    "Kafka clients built, the first and every rebuilt one. Alert: more than a few an hour.",
)
MESSAGES_HANDLED_TOTAL = Counter(
    "malmoi_messages_handled_total",
    "Messages by effect: applied, duplicate, stale, retried, dead. Alert: any `dead`.",
    ("topic", "effect"),
)

# Jobs, tasks and leases, from the result handler
OPEN_TASKS = Gauge(
    "malmoi_open_tasks",
    "Tasks that wait or run. Alert: growing while workers are idle.",
    ("engine", "lane"),
)
TASKS_WAITING = Gauge(
    "malmoi_tasks_waiting",
    "Open tasks that no worker answers for.",
    ("engine", "lane"),
)
OPEN_AUDIO_SECONDS = Gauge(
    "malmoi_open_audio_seconds",
    "Seconds of recordings that wait or run, guessed from bytes until decoded; scales workers.",
    ("engine", "lane"),
)
OPEN_AUDIO_BYTES = Gauge(
    "malmoi_open_audio_bytes", "Bytes of recordings that wait or run.", ("engine", "lane")
)
OPEN_OLDEST_SECONDS = Gauge(
    "malmoi_open_oldest_seconds",
    "Age of the oldest open task. Alert: above 60 s in the interactive lane.",
    ("engine", "lane"),
)
LEASES_LOST_TOTAL = Counter(
    "malmoi_leases_lost_total",
    "Attempts given up by evidence, by cause. Alert: workers die or the broker was emptied.",
    ("cause",),
)
TASKS_BURIED_TOTAL = Counter(
    "malmoi_tasks_buried_total", "Tasks put among the dead letters. Alert: any.", ("code",)
)
JOBS_ACCEPTED = Gauge("malmoi_jobs_accepted", "Acceptances in the ledger.")
JOBS_ENDED = Gauge("malmoi_jobs_ended", "Endings in the ledger.", ("state",))
JOBS_OPEN = Gauge("malmoi_jobs_open", "Jobs that are queued or running.")
CONSERVATION_MISSING = Gauge(
    "malmoi_conservation_missing_jobs",
    "Accepted minus ended minus open. Alert: not 0: a job was lost or ended twice.",
)
JOB_SECONDS = Histogram(
    "malmoi_job_seconds",
    "From acceptance to the committed result.",
    ("engine", "lane"),
    buckets=_LATENCY_BUCKETS_S,
)
HOP_SECONDS = Histogram(
    "malmoi_hop_seconds",
    "Time of one hop: dispatch (acceptance to worker), fetch, decode, vad, inference.",
    ("hop",),
    buckets=_LATENCY_BUCKETS_S,
)

# Callbacks, from the result handler
CALLBACK_ATTEMPTS_TOTAL = Counter(
    "malmoi_callback_attempts_total",
    "Requests to receivers, by outcome: delivered, gone, redirected, rejected, or why no answer.",
    ("outcome",),
)
CALLBACK_ATTEMPT_SECONDS = Histogram(
    "malmoi_callback_attempt_seconds",
    "Time that a receiver took to answer, or that we waited for it.",
    buckets=_LATENCY_BUCKETS_S,
)
CALLBACK_DELIVERIES_TOTAL = Counter(
    "malmoi_callback_deliveries_total",
    "Events delivered, failed after a day, or dropped by a 410. Alert: `failed` growing.",
    ("outcome",),
)
CALLBACK_DELIVERY_SECONDS = Histogram(
    "malmoi_callback_delivery_seconds",
    "From an event to its receiver's consent, pauses between attempts included.",
    buckets=(*_LATENCY_BUCKETS_S, 600, 3600, 21600, 86400),
)
CALLBACK_PENDING_MESSAGES = Gauge(
    "malmoi_callback_pending_messages",
    "Events that are not delivered yet. Alert: growing while receivers are well.",
)
CALLBACK_OLDEST_SECONDS = Gauge(
    "malmoi_callback_oldest_seconds",
    "Age of the oldest of them. Alert: above 6 h: somebody's receiver has been away for long.",
)

# Workers
REAL_TIME_FACTOR_RATIO = Histogram(
    "malmoi_real_time_factor_ratio",
    "Seconds of compute per second of audio. Alert: above 1: slower than real time.",
    ("engine",),
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
AUDIO_SECONDS_TOTAL = Counter(
    "malmoi_audio_seconds_total", "Seconds of audio recognised.", ("engine",)
)
TASKS_RUNNING = Gauge("malmoi_tasks_running", "Tasks this worker answers for now.", ("engine",))
TASKS_ENDED_TOTAL = Counter(
    "malmoi_tasks_ended_total",
    "Attempts by outcome: succeeded or an error code.",
    ("engine", "outcome"),
)
CHILD_RESTARTS_TOTAL = Counter(
    "malmoi_child_restarts_total",
    "Inference processes replaced: died, ended, outgrown MEMORY_WATERMARK. Alert: repeated.",
    ("cause",),
)

# Sign videos, from sign_service and the result handler
SIGN_VIDEOS_TOTAL = Counter(
    "malmoi_sign_videos_total",
    "Sign videos by outcome: ready or an error code. Alert: TRANSCODE_ or SIGN_SERVICE_LOST.",
    ("outcome",),
)
SIGN_STEP_SECONDS = Histogram(
    "malmoi_sign_step_seconds",
    "Time of one step: fetch, transcode, translate, store.",
    ("hop",),
    buckets=_LATENCY_BUCKETS_S,
)
SIGN_OPEN_MESSAGES = Gauge(
    "malmoi_sign_open_messages",
    "Sign messages whose video is not playable yet. Alert: growing for 10 min: add replicas.",
)
SIGN_RESENT_TOTAL = Counter(
    "malmoi_sign_resent_total",
    "Requests of sign videos sent anew because the broker forgot them.",
)
