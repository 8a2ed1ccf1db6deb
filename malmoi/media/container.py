"""Opening a recording from a stranger.

FFmpeg picks a demuxer by content, whatever the file is called, and some of its demuxers open
further files and URLs that the content names (HLS, DASH, concat, image sequences, SDP). So only
demuxers that read one self-contained file are allowed, no protocol is, and the bytes come from a
file object of ours: FFmpeg gets no way to open anything. For a recording only audio decoders are
allowed, which keeps a hostile video stream away from the video decoders.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from malmoi.media.errors import AudioEmpty, AudioUnreadable, FormatRefused, NoAudioTrack

_DEMUXERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,asf,au,avi,caf,flac,flv,matroska,mov,mp3,mpegts,nistsphere,ogg,"
    "w64,wav"
)

_DECODERS = (
    "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,alac,amrnb,amrwb,eac3,flac,gsm,gsm_ms,"
    "mp2,mp2float,mp3,mp3float,opus,"
    "pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,"
    "pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,speex,vorbis,wmalossless,wmapro,wmav1,wmav2,wmavoice"
)

_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"<SmoothStreaming", b"v=0", b"[playlist]")
_HEAD_BYTES = 1024


def is_playlist(head: bytes) -> bool:
    """Whether a file that begins so only points at other files."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(_PLAYLISTS) or (start.startswith(b"<?xml") and b"<MPD" in head)


def open_guarded(file: IO[bytes], *, demuxers: str, decoders: str) -> InputContainer:
    """Let FFmpeg read `file`, with these demuxers and nothing else to open.

    FFmpeg's own list of decoders guards only its probing: see to the decoder yourself.

    Raises:
        av.error.ArgumentError: a demuxer outside the list.
        av.error.FFmpegError, EOFError: it cannot be read.

    """
    options = {
        "format_whitelist": demuxers,
        "codec_whitelist": decoders,
        "protocol_whitelist": "",
    }
    # Tags in a legacy encoding (CP949 is common) must not make a recording unreadable.
    return av.open(file, "r", options=options, metadata_errors="replace")


@contextmanager
def open_recording(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container and the audio track to listen to: the default one, else the first.

    Raises:
        MediaError: nothing in `path` may or can be read as a recording.

    """
    with path.open("rb") as file:
        _refuse_by_head(file.read(_HEAD_BYTES))
        file.seek(0)
        try:
            container = open_guarded(file, demuxers=_DEMUXERS, decoders=_DECODERS)
        except av.error.ArgumentError as error:
            raise FormatRefused("This kind of file") from error
        except (av.error.FFmpegError, EOFError) as error:
            raise AudioUnreadable from error
        with container:
            yield container, _track(container)


def _refuse_by_head(head: bytes) -> None:
    if not head:
        raise AudioEmpty
    if is_playlist(head):
        raise FormatRefused("A playlist, which only points at other files,")


def _track(container: InputContainer) -> AudioStream:
    tracks = container.streams.audio
    if not tracks:
        raise NoAudioTrack
    default = [track for track in tracks if track.disposition & Disposition.default]
    track = (default or list(tracks))[0]
    # FFmpeg's own list guards only its probing, and a track it has no decoder for has no context.
    if getattr(track.codec_context, "name", None) not in _DECODERS.split(","):
        raise FormatRefused("Sound in this coding")
    return track
