"""Somebody in a room: what they do and see, in the words that stand on the screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Locator, expect

from tests.e2e.browser.window import Window
from tests.e2e.browser.words import ko

SLOW_MS = 45_000
"""For what has to be recognised first, on a machine that does much else."""


class Person(Window):
    async def makes_a_room(self, title: str, password: str = "") -> str:
        """Make a room and stand in it; returns its path."""
        await self.page.goto("/rooms")
        await self.page.get_by_role("button", name=ko("rooms.create")).click()
        await self.page.get_by_label(ko("create.name")).fill(title)
        await self.page.get_by_label(ko("create.password")).fill(password)
        await self.page.get_by_role("button", name=ko("create.submit"), exact=True).click()
        await self.stands_in_a_room()
        return urlsplit(self.page.url).path

    async def enters(self, room: str) -> None:
        await self.page.goto(room)
        await self.stands_in_a_room()

    async def stands_in_a_room(self) -> None:
        await expect(self.page.get_by_role("list", name=ko("people.label"))).to_be_visible()
        await expect(self.page.get_by_text(ko("room.reconnecting"))).to_be_hidden()

    @property
    def mic(self) -> Locator:
        return self.page.get_by_test_id("mic")

    async def mic_says(self, key: str, *, timeout_ms: float = 15_000, **values: object) -> None:
        await expect(self.mic).to_have_accessible_name(ko(key, **values), timeout=timeout_ms)

    async def sees_speak(self, other: "Person") -> None:
        """The button is locked, and says by whom."""
        await self.mic_says("mic.disabled", name=other.name)
        await expect(self.mic).to_be_disabled()

    @asynccontextmanager
    async def holding_the_mic(self) -> AsyncIterator[None]:
        """Press the button, and let go of it after the block."""
        await self.mic.hover()
        await self.page.mouse.down()
        try:
            yield
        finally:
            await self.page.mouse.up()

    async def begins_to_speak(self) -> None:
        await self.mic.click()
        await self.mic_says("mic.recording")

    async def speaks_for(self, seconds: float) -> None:
        """From one click to the next, and until it is understood."""
        await self.begins_to_speak()
        await self.page.wait_for_timeout(seconds * 1000)
        await self.mic.click()
        await self.is_understood()

    async def is_understood(self) -> None:
        await self.mic_says("mic.holding", timeout_ms=SLOW_MS)

    async def gives_the_turn_back(self) -> None:
        # The button is back at once; the room hears of it when the server has.
        async with self.page.expect_response("**/speaker/release"):
            await self.page.get_by_role("button", name=ko("mic.release")).click()
        await self.mic_says("mic.idle")

    async def sends_a_recording(self, file: Path) -> None:
        """A file instead of speech, with a turn for it alone."""
        await self.mic_says("mic.idle")
        await self.page.get_by_test_id("audio-file").set_input_files(file)
        await self.is_understood()
        await self.gives_the_turn_back()

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("article")

    @property
    def texts(self) -> Locator:
        """What has been understood, from old to new."""
        return self.messages.locator("p.said-text:not(.said-pending)")

    async def reads(self, count: int) -> list[str]:
        """All texts on the screen, once there are so many and none more is on the way."""
        await expect(self.texts).to_have_count(count, timeout=SLOW_MS)
        await expect(self.page.locator(".said-pending")).to_have_count(0, timeout=SLOW_MS)
        return await self.texts.all_inner_texts()

    async def chooses(self, what: str, *, of: Locator | None = None) -> None:
        """From the menu of a message, or of the room."""
        opener = ko("menu.open") if of is None else ko("said.more")
        await (of or self.page).get_by_role("button", name=opener).click()
        await self.page.get_by_role("menuitem", name=ko(what)).click()

    async def is_told(self, text: str) -> None:
        await expect(self.page.get_by_role("alert").filter(has_text=text).first).to_be_visible()
