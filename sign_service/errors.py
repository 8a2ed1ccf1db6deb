"""Everything that ends a try. The type says who acts.

SignError
├── VideoRefused     the sender: a verdict about the video; a retry cannot help
└── TryFailed        a retry: this try failed, the video may be good
"""

from malmoi.contracts.sign import SignErrorCode


class SignError(Exception):
    """The text is written for the sender: what is wrong and what to do."""

    def __init__(self, code: SignErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class VideoRefused(SignError):
    """Cannot be made playable, however often it is tried."""


class TryFailed(SignError):
    """Failed for reasons of its own, such as a crash or a deadline."""
