"""Settings of any worker, whatever its engine."""

import os
import socket

from pydantic import ByteSize, Field

from malmoi.settings import (
    HealthSettings,
    KafkaSettings,
    ObjectStoreSettings,
    ProcessSettings,
    RedisSettings,
)


class NoopSettings(ProcessSettings):
    """The engine without a model."""

    noop_delay_s: float = Field(default=0.0, ge=0)
    """Seconds the no-op engine pretends to work on each recording."""


class WorkerSettings(NoopSettings):
    """How a worker takes tasks and when it gives one up."""

    engine: str
    """A name that the worker knows, or `module:Class` of any Engine."""
    worker_id: str = Field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    worker_slots: int = Field(default=2, ge=1)
    """Tasks of a lane that the worker answers for at once, at least as many as its engine
    recognises side by side; the others are fetched meanwhile, so that the engine never waits."""
    drain_s: float = Field(default=20.0, ge=0)
    """Seconds a stopping worker may take to finish what is in hand; the rest is handed back."""
    heartbeat_s: float = Field(default=5.0, gt=0)
    """Seconds between two signs of life for a task in hand; leases must be several times longer."""
    task_max_audio_s: float = Field(default=120.0, ge=30)
    """Longest recording of one task, in seconds; a longer one is cut into chunks up to it, at
    pauses. It bounds memory (64 kB per second) and what a lost worker costs."""
    recording_max_audio_s: float = Field(default=86400.0, gt=0)
    """Longest recording at all, in seconds."""
    plan_deadline_s: float = Field(default=3600.0, gt=0)
    """Seconds that cutting a recording may take."""
    task_min_deadline_s: float = Field(default=60.0, gt=0)
    """Seconds that decoding may take, and that recognition always gets."""
    task_deadline_factor: float = Field(default=4.0, gt=0)
    """Seconds of recognition per second of audio after which a task counts as hung."""
    memory_watermark: ByteSize | None = None
    """Memory of the inference process beyond which it is replaced before its next recording, e.g.
    `2GiB`: a leak never grows until the machine ends the worker."""


class ServiceSettings(
    WorkerSettings, KafkaSettings, ObjectStoreSettings, RedisSettings, HealthSettings
):
    """What any worker process reads; its engine adds its own."""
