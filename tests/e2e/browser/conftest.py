"""One cluster with the built application, and two Chromium with a voice each."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.async_api import Browser

from local_cluster import pages
from tests.e2e.browser.chromium import browsers, skip_without_chromium
from tests.e2e.browser.microphone import microphone
from tests.e2e.browser.person import Person
from tests.e2e.conftest import RunningCluster, running_cluster

SETTINGS = {
    "SPEAKER_TTL_SECONDS": "10",
    "PING_INTERVAL_S": "1",
    "SEAT_TTL_S": "600",
    "TASK_MAX_AUDIO_S": "30",
}
"""A turn whose loss one can wait for, sockets that notice soon that nobody is there, seats that
outlast the tests between two visits, and chunks of which one need not wait long."""
VOICES = ("ko_study", "ko_lunch")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """One of each, with the real model, for all browser tests."""
    skip_without_chromium()
    assert pages.is_built(), pages.NOT_BUILT
    with running_cluster(tmp_path_factory.mktemp("browsers"), **SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
async def chromiums(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Browser]]:
    folder = tmp_path_factory.mktemp("voices")
    async with browsers([microphone(clip, folder) for clip in VOICES]) as running:
        yield running


@dataclass
class Newcomers:
    """Makes people, each in a browser window of their own."""

    url: str
    chromiums: list[Browser]
    people: list[Person] = field(default_factory=list)

    async def __call__(
        self, name: str, *, signed_in: bool = True, url: str | None = None, **window: object
    ) -> Person:
        """Open a window; whoever comes first speaks the first clip, the second the second."""
        browser = self.chromiums[len(self.people) % len(self.chromiums)]
        person = await Person.at(browser, url or self.url, name, **window)
        self.people.append(person)
        if signed_in:
            await person.is_signed_in()
        return person

    async def two_in_a_room(self, **windows: object) -> tuple[Person, Person]:
        jiyoung, minsu = await self("jiyoung", **windows), await self("minsu", **windows)
        await minsu.enters(await jiyoung.makes_a_room("말모이"))
        return jiyoung, minsu


@pytest.fixture
async def newcomer(cluster: RunningCluster, chromiums: list[Browser]) -> AsyncIterator[Newcomers]:
    newcomers = Newcomers(cluster.url, chromiums)
    yield newcomers
    for person in newcomers.people:
        await person.closes()
    assert [each.complaints for each in newcomers.people if each.complaints] == []


@pytest.fixture
async def client(cluster: RunningCluster) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=cluster.url, timeout=60) as client:
        yield client
