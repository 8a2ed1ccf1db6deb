"""By what right a socket listens, and when the right ends."""

import asyncio
from datetime import UTC, datetime

from malmoi.web.tokens import Caller


class Admission:
    """Lasts as long as the token it was given for, unless an operator ends the session."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self._revoked = asyncio.Event()

    def judge(self, valid_from: datetime) -> None:
        """The user's tokens count from this instant on only."""
        if self.caller.issued_at < valid_from:
            self._revoked.set()

    async def ended(self) -> str:
        """Wait for the end; returns what to tell the client."""
        left_s = (self.caller.expires_at - datetime.now(UTC)).total_seconds()
        try:
            async with asyncio.timeout(left_s):
                await self._revoked.wait()
        except TimeoutError:
            return "the token has expired; sign in again"
        return "this session was ended; sign in again"
