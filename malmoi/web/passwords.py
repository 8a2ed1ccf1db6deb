"""Password hashes: argon2id, computed in threads of their own so that nothing else waits."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from passlib.hash import argon2

# OWASP's second choice for argon2id: 19 MiB and two passes, about 30 ms on one core.
_HASHER = argon2.using(type="ID", memory_cost=19456, time_cost=2, parallelism=1)  # type: ignore[no-untyped-call]
_AT_ONCE = 2


class Passwords:
    """Hashes and checks passwords, two at a time: a storm of sign-ins costs no more memory."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="passwords")
        self._decoy = str(_HASHER.hash("nobody's password"))

    async def hash(self, password: str) -> str:
        """The hash to be stored."""
        loop = asyncio.get_running_loop()
        return str(await loop.run_in_executor(self._threads, _HASHER.hash, password))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one; without a stored one the same work for nothing.

        So the time of the answer does not tell whether an account exists.
        """
        loop = asyncio.get_running_loop()
        matches = await loop.run_in_executor(
            self._threads, _HASHER.verify, password, stored or self._decoy
        )
        return bool(matches) and stored is not None

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
