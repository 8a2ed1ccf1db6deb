"""What the sign service reads from its environment."""

import os
import socket

from pydantic import ByteSize, Field

from malmoi.settings import HealthSettings, KafkaSettings, ObjectStoreSettings
from sign_service.limits import Limits


class Settings(KafkaSettings, ObjectStoreSettings, HealthSettings):
    """All of it."""

    sign_worker_id: str = Field(
        default_factory=lambda: f"sign-{socket.gethostname()}-{os.getpid()}"
    )
    """Name of the service in its reports."""
    sign_max_tries: int = Field(default=3, ge=1)
    """How often one request is begun: after a crash, a deadline, or the service's own death."""
    sign_deadline_s: float = Field(default=300.0, gt=0)
    """Seconds that making one video playable may take."""
    sign_drain_s: float = Field(default=20.0, ge=0)
    """Seconds a stopping service may take to finish the video in hand; else it goes to another."""
    sign_max_duration_s: float = Field(default=120.0, gt=0)
    """Longest video."""
    sign_max_pixels: int = Field(default=4096 * 2304, ge=1)
    """Largest picture, width times height."""
    sign_max_streams: int = Field(default=8, ge=1)
    """Tracks in one file, of whatever kind."""
    sign_max_source_fps: float = Field(default=120.0, gt=0)
    """Most pictures a second that are decoded."""
    sign_side_px: int = Field(default=1280, ge=16)
    """Longer side of the playable video."""
    sign_fps: float = Field(default=30.0, gt=0)
    """Pictures a second of the playable video."""
    sign_memory: ByteSize = ByteSize(1536 * 1024**2)
    """Address space of the process that decodes, e.g. `1536MiB`."""
    sign_threads: int = Field(default=1, ge=1)
    """Threads of decoder and encoder. More services beat more threads."""
    sign_translator: str | None = Field(default=None, pattern=r"^[\w.]+:\w+$")
    """`module:Class` of a SignTranslator; without one the text stays pending."""
    sign_translate_s: float = Field(default=120.0, gt=0)
    """Seconds that translating one video may take."""

    def limits(self, *, max_bytes: int) -> Limits:
        """The bounds of one video of `max_bytes`."""
        return Limits(
            max_bytes=max_bytes,
            max_duration_s=self.sign_max_duration_s,
            max_pixels=self.sign_max_pixels,
            max_streams=self.sign_max_streams,
            max_source_fps=self.sign_max_source_fps,
            side_px=self.sign_side_px,
            fps=self.sign_fps,
            memory_bytes=int(self.sign_memory),
            threads=self.sign_threads,
            deadline_s=self.sign_deadline_s,
        )
