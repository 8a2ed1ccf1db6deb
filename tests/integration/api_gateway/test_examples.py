"""The examples of examples/ do what they say, against a real gateway and a real bucket."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person
from tests.integration.api_gateway.recogniser import Recogniser
from tests.integration.api_gateway.senders import LargeFile, content

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
async def gateway(start_gateway: StartGateway, environment: dict[str, str]) -> Gateway:
    return await start_gateway(public_url=f"http://{environment['S3_ENDPOINT']}")


@pytest.fixture(params=["upload.py", "upload.js"])
def example(request: pytest.FixtureRequest) -> list[str]:
    if request.param.endswith(".py"):
        return [sys.executable, str(EXAMPLES / request.param)]
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    return [node, str(EXAMPLES / request.param)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "긴 회의.flac"
    file.write_bytes(content())
    return file


async def printed(*command: str) -> dict[str, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return dict(line.split(" ", 1) for line in out.decode().splitlines())


async def key_of(person: Person) -> str:
    made = await person.post("/keys", {"name": "example", "scopes": ["recordings:write"]})
    return str(made.json()["secret"])


async def test_a_recording_is_sent_and_becomes_a_job(
    gateway: Gateway, recogniser: Recogniser, example: list[str], file: Path
) -> None:
    anna = await Person.sign_up(gateway.url)

    told = await printed(*example, gateway.url, await key_of(anna), str(file))

    assert (await anna.get(f"/jobs/{told['job']}")).json()["file_name"] == "긴 회의.flac"
    assert (await anna.get(f"/jobs/{told['job']}/audio")).content == content()


async def test_what_was_cut_off_goes_on(
    gateway: Gateway, recogniser: Recogniser, example: list[str], file: Path
) -> None:
    anna = await Person.sign_up(gateway.url)
    begun = await LargeFile.begun(anna, content())
    await begun.send([1, 3])

    told = await printed(*example, gateway.url, await key_of(anna), str(file), str(begun.id))

    assert told["upload"] == str(begun.id)
    assert (await anna.get(f"/jobs/{told['job']}/audio")).content == content()
