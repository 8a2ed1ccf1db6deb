"""How `malmoi transcribe` sends a large recording."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from local_cluster import sent_in_parts
from local_cluster.answers import checked
from local_cluster.errors import RequestRefused
from local_cluster.handed_in import announce, hand_in_upload
from local_cluster.sent_in_parts import InParts
from tests.e2e.browser.line import Line, line_to
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person
from tests.integration.api_gateway.recogniser import Recogniser
from tests.integration.api_gateway.senders import SIZE, content


@pytest.fixture(scope="module")
async def bucket_line(environment: dict[str, str]) -> AsyncIterator[Line]:
    """The way to the bucket, which can be cut."""
    async with line_to(int(environment["S3_ENDPOINT"].rpartition(":")[2])) as line:
        yield line


@pytest.fixture(scope="module")
async def gateway(start_gateway: StartGateway, bucket_line: Line) -> Gateway:
    return await start_gateway(public_url=bucket_line.url)


@pytest.fixture
async def anna(gateway: Gateway) -> Person:
    return await Person.sign_up(gateway.url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "회의.flac"
    file.write_bytes(content())
    return file


def transcribed(anna: Person, file: Path, sent: list[int]) -> str:
    """The id of the job, by what the command does."""
    headers = {"Authorization": f"Bearer {anna.token}"}
    with httpx.Client(base_url=anna.http.base_url, headers=headers, timeout=60) as client:
        told = checked(announce(client, file.name, file.stat().st_size))
        upload_id = InParts(client, file, told, sent.append).send()
        return str(checked(hand_in_upload(client, upload_id, "ko"))["job_id"])


async def test_a_large_file_arrives_and_its_progress_is_told(
    anna: Person, recogniser: Recogniser, file: Path
) -> None:
    sent: list[int] = []

    job_id = await asyncio.to_thread(transcribed, anna, file, sent)

    told = (await anna.get(f"/jobs/{job_id}")).json()
    assert (told["file_name"], told["language"]) == ("회의.flac", "ko")
    assert (await anna.get(f"/jobs/{job_id}/audio")).content == content()
    assert sent == sorted(sent)
    assert sent[-1] == SIZE


async def test_a_line_that_is_cut_is_waited_for(
    anna: Person, recogniser: Recogniser, file: Path, bucket_line: Line
) -> None:
    bucket_line.cut()
    going = asyncio.create_task(asyncio.to_thread(transcribed, anna, file, []))
    await asyncio.sleep(1.5)
    assert not going.done()
    bucket_line.mend()

    job_id = await going

    assert (await anna.get(f"/jobs/{job_id}/audio")).content == content()


async def test_a_line_that_stays_cut_is_told(
    anna: Person, file: Path, bucket_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_in_parts, "_ROUNDS_IN_VAIN", 1)
    bucket_line.cut()
    with pytest.raises(RequestRefused, match="no part"):
        await asyncio.to_thread(transcribed, anna, file, [])
    bucket_line.mend()
