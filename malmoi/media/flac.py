"""Writing what was decoded, without loss that a recogniser could hear."""

from io import BytesIO
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples, within_full_scale

_FRAME_SAMPLES = 4096


def write_flac(samples: Samples, path: Path) -> int:
    """Write mono 16-bit FLAC at SAMPLE_RATE_HZ; returns its size in bytes."""
    pcm = (within_full_scale(samples) * 32767).astype(np.int16)
    content = BytesIO()
    with av.open(content, "w", format="flac") as container:
        track = container.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")
        assert isinstance(track, AudioStream)
        for start in range(0, pcm.size, _FRAME_SAMPLES):
            block = pcm[start : start + _FRAME_SAMPLES].reshape(1, -1)
            frame = AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE_HZ
            frame.pts = start
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return path.write_bytes(content.getbuffer())
