"""Everything this package refuses. All are verdicts about the recording: a retry cannot help.

MediaError
├── AudioEmpty         the file holds no samples
├── AudioUnreadable    damaged, or no recording at all
├── FormatRefused      a container or codec outside the whitelist, such as a playlist
├── NoAudioTrack       a video without sound
└── AudioTooLong       longer than the caller allows
"""

from typing import ClassVar

from malmoi.contracts.task_errors import TaskErrorCode


class MediaError(Exception):
    """The text is written for the sender of the recording: what is wrong and what to do."""

    code: ClassVar[TaskErrorCode]


class AudioEmpty(MediaError):
    """Raised for a file of 0 bytes and for a header without samples."""

    code = TaskErrorCode.AUDIO_EMPTY

    def __init__(self) -> None:
        super().__init__("The recording holds no sound. Record it again and send the new file.")


class AudioUnreadable(MediaError):
    """Raised when nothing in the file can be decoded."""

    code = TaskErrorCode.AUDIO_UNREADABLE

    def __init__(self) -> None:
        super().__init__(
            "The file is damaged, was cut off while it was written, or is no recording. "
            "Export it again as WAV, FLAC, MP3, M4A, Ogg or WebM."
        )


class FormatRefused(MediaError):
    """Raised for what FFmpeg could read and we do not let it."""

    code = TaskErrorCode.AUDIO_FORMAT_REFUSED

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not accepted. "
            "Send the recording itself as WAV, FLAC, MP3, M4A, Ogg or WebM."
        )


class NoAudioTrack(MediaError):
    """Raised for a container with pictures only."""

    code = TaskErrorCode.NO_AUDIO_TRACK

    def __init__(self) -> None:
        super().__init__("The file has no audio track. Send a recording or a video with sound.")


class AudioTooLong(MediaError):
    """Raised by the declared duration before decoding, or once decoding passes the limit."""

    code = TaskErrorCode.AUDIO_TOO_LONG

    def __init__(self, limit_s: float) -> None:
        super().__init__(
            f"The recording is longer than {limit_s:.0f} seconds, the most that one request "
            "may hold. Cut it into shorter parts and send them one by one."
        )
