"""What one person says appears on the other's screen: the real model, through nginx."""

import asyncio
import re
import unicodedata
from pathlib import Path

import httpx
import openai
import pytest

from tests.e2e.conftest import SPEECH, RunningCluster, event_of, room_of, sign_up

pytestmark = [pytest.mark.cluster, pytest.mark.model]


def letters(text: str) -> str:
    """The text without what recognisers place freely: spaces and punctuation."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower()


@pytest.mark.parametrize(("clip", "language"), [("ko_study", "ko"), ("en_train", "en")])
async def test_a_spoken_clip_arrives_as_text_at_the_other_one(
    client: httpx.AsyncClient, clip: str, language: str
) -> None:
    speaker, peer = await sign_up(client), await sign_up(client)
    room_id = await room_of(speaker, peer, password="비밀번호")

    async with peer.socket(room_id) as socket, asyncio.timeout(60):
        answer = await speaker.say(
            room_id, (SPEECH / f"{clip}.flac").read_bytes(), language=language
        )
        event = await event_of(socket, "message.created")

    spoken = letters((SPEECH / f"{clip}.txt").read_text())
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["status"] == "final"
    assert letters(answer.json()["text"]) == spoken
    assert letters(event["payload"]["text"]) == spoken
    assert event["payload"]["sender_user_id"] == speaker.user_id
    assert event["payload"]["message_id"] == answer.json()["message_id"]
    assert event["trace_id"] == answer.headers["x-trace-id"]


async def test_a_retried_clip_is_the_same_message_also_after_its_grant_has_ended(
    client: httpx.AsyncClient,
) -> None:
    speaker, peer = await sign_up(client), await sign_up(client)
    room_id = await room_of(speaker, peer)
    content = (SPEECH / "ko_lunch.flac").read_bytes()
    headers = {"Idempotency-Key": "clip-1"}
    await speaker.post(f"/rooms/{room_id}/speaker/acquire")
    post = f"/rooms/{room_id}/stt"
    first = await speaker.post(post, files={"audio_file": content}, headers=headers)
    await speaker.post(f"/rooms/{room_id}/speaker/release")

    again = await speaker.post(post, files={"audio_file": content}, headers=headers)

    assert again.status_code == httpx.codes.OK
    assert again.json() == first.json()
    listed = await peer.get("/messages", params={"room_id": room_id})
    assert [each["message_id"] for each in listed.json()] == [first.json()["message_id"]]


async def test_the_openai_client_transcribes_with_the_login_token(
    cluster: RunningCluster, client: httpx.AsyncClient
) -> None:
    person = await sign_up(client)
    async with openai.AsyncOpenAI(base_url=f"{cluster.url}/v1", api_key=person.token) as sdk:
        with (SPEECH / "ko_commute.flac").open("rb") as clip:
            told = await sdk.audio.transcriptions.create(
                file=clip, model="whisper-1", language="ko"
            )

    assert letters(told.text) == letters((SPEECH / "ko_commute.txt").read_text())


async def test_no_token_reaches_a_log(cluster: RunningCluster, client: httpx.AsyncClient) -> None:
    speaker, peer = await sign_up(client), await sign_up(client)
    room_id = await room_of(speaker, peer)
    async with peer.socket(room_id) as socket:
        await event_of(socket, "room.state")

    logs = "".join(
        path.read_text(errors="replace")
        for path in Path(cluster.told["home"]).rglob("*.log*")
        if path.is_file()
    )
    assert room_id in logs
    assert peer.token not in logs
    assert speaker.token not in logs


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/api/metrics"])
async def test_what_is_for_operators_is_not_reachable_through_nginx(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == httpx.codes.NOT_FOUND
