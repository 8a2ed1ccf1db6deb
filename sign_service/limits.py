"""What a video may be at most, and the process that reads it."""

from malmoi.contracts.model import Frozen


class Limits(Frozen):
    """Bounds of one video; both what it declares and what it turns out to be are held to them."""

    max_bytes: int
    max_duration_s: float
    max_pixels: int
    """Of one picture."""
    max_streams: int
    max_source_fps: float
    """Pictures a second that are decoded at all."""
    side_px: int
    """Longer side of what is made, at most; smaller videos keep their size."""
    fps: float
    """Pictures a second of what is made, at most."""
    memory_bytes: int
    """Address space of the process that decodes and encodes."""
    threads: int
    deadline_s: float
