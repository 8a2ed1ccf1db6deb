"""Somebody's browser window, and the account that they have in it."""

from typing import Any, Self
from uuid import uuid4

import httpx
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser.words import ko

PASSWORD = "correct horse battery"
TOKEN_KEY = "malmoi.token"
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


class Window:
    """Korean unless said otherwise; the microphone is the browser's."""

    def __init__(self, context: BrowserContext, page: Page, url: str, name: str) -> None:
        self.context = context
        self.page = page
        self.url = url
        self.name = f"{name}-{uuid4().hex[:8]}"
        self.complaints: list[str] = []
        """What went wrong in the window without being shown."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._note(said.text))

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    @classmethod
    async def at(cls, browser: Browser, url: str, name: str, **context: Any) -> Self:
        settings = {"base_url": url, "locale": "ko-KR", "permissions": ["microphone"], **context}
        opened = await browser.new_context(**settings)
        opened.set_default_timeout(PATIENCE_MS)
        return cls(opened, await opened.new_page(), url, name)

    async def another_tab(self) -> Self:
        """Another window of the same person in the same browser."""
        tab = type(self)(self.context, await self.context.new_page(), self.url, self.name)
        tab.name, tab.complaints = self.name, self.complaints
        return tab

    async def is_signed_in(self) -> str:
        """Have an account and a token, without going through the pages; returns the token."""
        body = {"email": self.email, "password": PASSWORD}
        async with httpx.AsyncClient(base_url=self.url, timeout=60) as client:
            answer = await client.post("/api/auth/signup", json=body)
        token = str(answer.raise_for_status().json()["token"])
        await self.remembers(TOKEN_KEY, token)
        return token

    async def remembers(self, key: str, value: str) -> None:
        """Have this in the browser's storage before any page opens, unless it changed since."""
        await self.context.add_init_script(
            f"localStorage.getItem('{key}') ?? localStorage.setItem('{key}', '{value}')"
        )

    async def fills_in_the_account(self) -> None:
        await self.page.get_by_label(ko("account.email")).fill(self.email)
        await self.page.get_by_label(ko("account.password")).fill(PASSWORD)

    async def signs_up(self) -> None:
        """From wherever the sign-in page stands, to the page that they wanted."""
        await self.page.get_by_role("link", name=ko("login.toSignup")).click()
        await expect(self.page.get_by_role("button", name=ko("signup.submit"))).to_be_visible()
        await self.fills_in_the_account()
        await self.page.get_by_role("button", name=ko("signup.submit")).click()
        await expect(self.page.get_by_role("button", name=ko("shell.account"))).to_be_visible()

    async def closes(self) -> None:
        await self.context.close()

    def _note(self, said: str) -> None:
        if "Content Security Policy" in said:
            self.complaints.append(said)
