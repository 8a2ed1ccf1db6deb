"""What becomes of a message afterwards: edited, deleted, heard again, exported."""

import asyncio
import json
from typing import Any

import pytest

from api_gateway.schemas.messages import MessageOut
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import CLIP, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser


@pytest.fixture
async def said(gateway: Gateway, recogniser: Recogniser) -> tuple[Person, Person, str, str]:
    """Anna said something, and Bora has read it."""
    recogniser.text = "안녕 말모이"
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    message_id: str = (await anna.say(room_id)).json()["message_id"]
    return anna, bora, room_id, message_id


async def edit(person: Person, message_id: str, text: str) -> Any:
    return await person.http.patch(f"/messages/{message_id}", json={"text": text})


async def history(person: Person, room_id: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await person.get("/messages", room_id=room_id)).json()
    return listed


async def test_the_room_hears_what_the_history_shows(
    said: tuple[Person, Person, str, str],
) -> None:
    _, bora, room_id, _ = said
    [shown] = await history(bora, room_id)
    told = (await bora.get(f"/rooms/{room_id}/events")).json()["events"][-1]

    assert told["type"] == "message.created"
    assert {**told["payload"], "original_text": None} == shown
    assert set(shown) == set(MessageOut.model_fields)
    assert (shown["has_audio"], shown["sign"], shown["edited_at"]) == (True, None, None)
    assert shown["job_id"]


async def test_a_message_names_its_sender_also_after_they_left(
    said: tuple[Person, Person, str, str],
) -> None:
    anna, bora, room_id, _ = said
    await anna.post(f"/rooms/{room_id}/leave")

    [message] = (await bora.get("/messages", room_id=room_id)).json()
    assert message["sender_email"] == anna.email


async def test_an_edit_is_told_and_the_original_kept_for_its_sender(
    said: tuple[Person, Person, str, str],
) -> None:
    anna, bora, room_id, message_id = said
    async with bora.listening(room_id) as hears:
        edited = await edit(anna, message_id, "  안녕, 말모이!\n")
        again = await edit(anna, message_id, "안녕, 말모이!")
        twice = await edit(anna, message_id, "잘 가")
        told = [await hears.next("message.updated") for _ in range(2)]

    assert edited.json() == again.json()
    assert (edited.json()["text"], edited.json()["original_text"]) == (
        "안녕, 말모이!", "안녕 말모이",
    )  # fmt: skip
    assert twice.json()["original_text"] == "안녕 말모이"
    assert [each["payload"]["text"] for each in told] == ["안녕, 말모이!", "잘 가"]
    assert "original_text" not in told[0]["payload"]
    [hers], [his] = await history(anna, room_id), await history(bora, room_id)
    assert (hers["original_text"], his["original_text"]) == ("안녕 말모이", None)
    assert his == {**told[1]["payload"], "original_text": None}


async def test_only_the_sender_changes_a_message(said: tuple[Person, Person, str, str]) -> None:
    anna, bora, room_id, message_id = said
    stranger = await Person.sign_up(str(anna.http.base_url))
    path = f"/messages/{message_id}"

    answers = [await edit(bora, message_id, "x"), await bora.http.delete(path)]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "NOT_YOURS")}
    answers = [await edit(stranger, message_id, "x"), await stranger.http.delete(path)]
    assert {each.status_code for each in answers} == {404}
    await anna.post(f"/rooms/{room_id}/leave")
    assert (await edit(anna, message_id, "x")).status_code == 404


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5001, "null\0byte", "\x1b[31m"])
async def test_a_text_must_be_one(said: tuple[Person, Person, str, str], text: str) -> None:
    anna, _, _, message_id = said
    assert (await edit(anna, message_id, text)).status_code == 422


async def test_a_deleted_message_is_nowhere(said: tuple[Person, Person, str, str]) -> None:
    anna, bora, room_id, message_id = said
    await edit(anna, message_id, "verrechnet")
    async with bora.listening(room_id) as hears:
        deleted = await anna.http.delete(f"/messages/{message_id}")
        told = await hears.next("message.deleted")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert told["payload"]["message_id"] == message_id
    assert set(told["payload"]) == {"message_id", "room_id", "position"}
    assert await history(bora, room_id) == []
    story = (await bora.get(f"/rooms/{room_id}/events")).text
    assert "말모이" not in json.dumps(json.loads(story), ensure_ascii=False)
    assert "verrechnet" not in story
    for path in ("audio", "words"):
        assert (await anna.get(f"/messages/{message_id}/{path}")).status_code == 404
    assert (await edit(anna, message_id, "x")).status_code == 404
    assert (await anna.http.delete(f"/messages/{message_id}")).status_code == 404
    assert message_id not in (await bora.get(f"/rooms/{room_id}/export", format="json")).text


async def test_of_edits_and_deletions_at_once_nothing_survives_the_deletion(
    said: tuple[Person, Person, str, str],
) -> None:
    anna, bora, room_id, message_id = said
    answers = await asyncio.gather(
        *(edit(anna, message_id, f"text {n}") for n in range(10)),
        *(anna.http.delete(f"/messages/{message_id}") for _ in range(3)),
    )

    assert [each.status_code for each in answers].count(204) == 1
    assert {each.status_code for each in answers} <= {200, 204, 404}
    story = (await bora.get(f"/rooms/{room_id}/events")).json()["events"]
    assert story[-1]["type"] == "message.deleted"
    assert {each["payload"].get("text") for each in story} == {None}


async def test_a_clip_that_was_deleted_while_it_was_recognised_is_not_told(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    recogniser.paused = True
    pending = (await anna.say(room_id, headers={"Prefer": "respond-async"})).json()
    assert (await edit(anna, pending["message_id"], "x")).status_code == 404
    assert (await anna.http.delete(f"/messages/{pending['message_id']}")).status_code == 204
    recogniser.paused = False
    await anna.say(room_id)

    story = (await bora.get(f"/rooms/{room_id}/events")).json()["events"]
    about = [
        each["type"] for each in story if each["payload"].get("message_id") == pending["message_id"]
    ]
    assert about == ["message.pending", "message.deleted"]


async def test_a_recording_is_played_whole_and_in_parts(
    said: tuple[Person, Person, str, str],
) -> None:
    _, bora, _, message_id = said
    size = len(CLIP)

    async def part(asked: str | None = None, **headers: str) -> Any:
        given = {**headers, **({} if asked is None else {"Range": asked})}
        return await bora.http.get(f"/messages/{message_id}/audio", headers=given)

    whole = await part()
    assert (whole.status_code, whole.content) == (200, CLIP)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "private"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-disposition"] == "inline"
    for asked, first, last in (
        ("bytes=0-3", 0, 3), ("bytes=4-", 4, size - 1), ("bytes=-5", size - 5, size - 1),
        (f"bytes=2-{size * 9}", 2, size - 1), (f"bytes=-{size * 9}", 0, size - 1),
    ):  # fmt: skip
        got = await part(asked)
        assert (got.status_code, got.content) == (206, CLIP[first : last + 1]), asked
        assert got.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert got.headers["content-length"] == str(last + 1 - first)
    for asked in (f"bytes={size}-", "bytes=-0"):
        refused = await part(asked)
        assert (refused.status_code, refused.json()["code"]) == (416, "RANGE_NOT_SATISFIABLE")
        assert refused.headers["content-range"] == f"bytes */{size}"
    for ignored in ("bytes=5-2", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=x"):
        assert (await part(ignored)).status_code == 200, ignored
    assert (await part("bytes=0-3", **{"If-Range": '"other"'})).status_code == 200


async def test_a_page_that_was_uploaded_as_a_recording_opens_as_bytes(
    gateway: Gateway, recogniser: Recogniser
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    for claimed in ("text/html", "image/svg+xml", "audio/x<script>"):
        answer = await anna.http.post(
            f"/rooms/{room_id}/stt", files={"audio_file": ("c", CLIP, claimed)}
        )
        heard = await bora.get(f"/messages/{answer.json()['message_id']}/audio")
        assert heard.headers["content-type"] == "application/octet-stream", claimed


async def test_the_words_have_times(said: tuple[Person, Person, str, str]) -> None:
    anna, bora, _, message_id = said
    await edit(anna, message_id, "anders")

    told = (await bora.get(f"/messages/{message_id}/words")).json()

    assert told == {
        "words": [
            {"start": 0.0, "end": 1.0, "text": "안녕", "probability": 0.9},
            {"start": 1.0, "end": 2.0, "text": "말모이", "probability": 0.9},
        ],
        "language": "ko",
        "duration_s": 1.5,
    }


async def test_a_conversation_is_exported_in_the_order_of_speaking(
    said: tuple[Person, Person, str, str], recogniser: Recogniser
) -> None:
    anna, bora, room_id, message_id = said
    await anna.post(f"/rooms/{room_id}/speaker/release")
    await bora.acquire(room_id)
    recogniser.text = "응, 안녕"
    await bora.say(room_id)
    files = {
        form: await bora.get(f"/rooms/{room_id}/export", format=form)
        for form in ("txt", "srt", "json")
    }

    assert {each.status_code for each in files.values()} == {200}
    given = files["srt"].headers["content-disposition"]
    assert given == ("attachment; filename=\"conversation.srt\"; filename*=UTF-8''our%20room.srt")
    lines = files["txt"].text.splitlines()
    assert [each.partition("] ")[2] for each in lines] == [
        f"{anna.email}: 안녕 말모이", f"{bora.email}: 응, 안녕",
    ]  # fmt: skip
    first, second = files["srt"].text.split("\n\n")
    assert first == f"1\n00:00:00,000 --> 00:00:01,500\n{anna.email}: 안녕 말모이"
    assert second.startswith("2\n00:00:0")
    told = files["json"].json()["messages"]
    assert [each["text"] for each in told] == ["안녕 말모이", "응, 안녕"]
    assert told[0]["sender_email"] == anna.email
    assert told[0]["message_id"] == message_id


async def test_an_empty_room_exports_valid_files(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    assert (await anna.get(f"/rooms/{room_id}/export", format="json")).json() == {"messages": []}
    assert (await anna.get(f"/rooms/{room_id}/export", format="srt")).text == ""
    assert (await anna.get(f"/rooms/{room_id}/export", format="pdf")).status_code == 422


async def test_what_was_said_is_for_participants_only(
    said: tuple[Person, Person, str, str],
) -> None:
    anna, _, room_id, message_id = said
    stranger = await Person.sign_up(str(anna.http.base_url))
    for path in (
        f"/messages/{message_id}/audio",
        f"/messages/{message_id}/words",
        f"/rooms/{room_id}/export",
    ):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(path, access=anna.token)).status_code == 404
