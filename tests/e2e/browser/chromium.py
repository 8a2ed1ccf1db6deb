"""Debian's Chromium with somebody's voice in its microphone."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

PROGRAM = shutil.which("chromium")


def skip_without_chromium() -> None:
    if PROGRAM is None:
        pytest.skip("needs Chromium: apt-get install chromium")


@asynccontextmanager
async def browsers(voices: Sequence[Path | None]) -> AsyncIterator[list[Browser]]:
    """Start one Chromium per voice: the microphone is a setting of the whole process.

    Each window has the permissions that it is opened with, and is refused all others.
    """
    skip_without_chromium()
    async with async_playwright() as playwright:
        yield [
            await playwright.chromium.launch(
                executable_path=PROGRAM,
                # Root may not use Chromium's sandbox.
                chromium_sandbox=os.geteuid() != 0,
                args=_arguments(voice),
            )
            for voice in voices
        ]


def _arguments(voice: Path | None) -> list[str]:
    devices = ["--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"]
    return devices if voice is None else [*devices, f"--use-file-for-fake-audio-capture={voice}"]
