"""The demo itself: a room, a baton, and a text at the other one's socket."""

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from local_cluster.demo.clips import Clip
from local_cluster.demo.narrator import Narrator
from local_cluster.demo.person import Event, Person, listening, person
from local_cluster.errors import TextDidNotArrive

NAMES = ("Minsu", "Jiyoung")
TITLE = "말모이 demo"
PASSWORD = "moum-1911"  # noqa: S105 - of a room that lives for a few seconds


class Story:
    """Two people, of whom each speaks in turn."""

    def __init__(self, url: str, narrator: Narrator) -> None:
        self._url = url
        self._narrator = narrator
        self._names: dict[str, str] = {}
        """Names of the people by user id."""
        self._sent = time.monotonic()
        """When the upload of the last recording began."""

    async def tell(self, clips: Sequence[Clip]) -> None:
        """Play everything.

        Raises:
            TextDidNotArrive: the other one's socket did not bring a text.
            RequestRefused: the gateway refused a step.

        """
        async with AsyncExitStack() as stack:
            first, second = [
                await stack.enter_async_context(person(name, self._url, self._show))
                for name in NAMES
            ]
            room = await self._open_room(first, second)
            for somebody in (first, second):
                await somebody.join(room, PASSWORD)
                self._narrator.does(somebody.name, "joins with the password")
                await stack.enter_async_context(listening(somebody, room))
                self._narrator.does(somebody.name, "opens a WebSocket to the room")
            turns = [(first, second), (second, first)]
            for number, clip in enumerate(clips):
                await self._turn(clip, room, *turns[number % 2])

    async def _open_room(self, host: Person, guest: Person) -> str:
        """Return the room that the host made for both."""
        self._narrator.title(f"Two people meet at {self._url}")
        for somebody in (host, guest):
            await somebody.sign_up()
            self._names[somebody.user_id] = somebody.name
            self._narrator.does(somebody.name, f"signs up as {somebody.email}")
        room = await host.make_room(TITLE, PASSWORD)
        self._narrator.does(host.name, f"makes the room “{TITLE}” with a password")
        return room

    async def _turn(self, clip: Clip, room: str, speaker: Person, listener: Person) -> None:
        self._narrator.title(f"{speaker.name} says something ({clip.file.name})")
        grant = await speaker.take_baton(room)
        self._narrator.does(speaker.name, f"takes the baton (grant {grant})")
        if clip.spoken:
            self._narrator.does(speaker.name, f"speaks and sends: {clip.spoken}")
        self._sent = time.monotonic()
        answer = await speaker.speak(room, clip.file, language=clip.language, grant=grant)
        if answer["status"] == "empty":
            raise TextDidNotArrive("no speech was found in the recording")
        await self._message_arrived(listener)
        self._narrator.does(speaker.name, f"gets the answer to the upload: {answer['status']}")
        await speaker.put_baton_down(room)
        self._narrator.does(speaker.name, "puts the baton down")

    async def _message_arrived(self, listener: Person) -> None:
        event = await listener.next_event("message.created", "message.failed")
        if event.type == "message.failed" or not event.payload.get("text"):
            raise TextDidNotArrive(f"{listener.name}'s socket brought no text: {event.payload}")

    def _show(self, somebody: Person, event: Event) -> None:
        """Print what a socket brought."""
        user = event.payload.get("user_id") or event.payload.get("current_speaker_user_id")
        who = self._names.get(str(user), "somebody")
        match event.type:
            case "message.created":
                self._show_text(somebody, event)
            case "room.participant.joined":
                self._narrator.sees(somebody.name, f"{who} is here")
            case "room.participant.left":
                self._narrator.sees(somebody.name, f"{who} has left")
            case "speaker.changed":
                text = f"{who} may speak" if user else "the baton is free"
                self._narrator.sees(somebody.name, text)
            case _:
                pass

    def _show_text(self, somebody: Person, event: Event) -> None:
        mine = str(event.payload["sender_user_id"]) == somebody.user_id
        where = "on the own screen" if mine else "at the other one's socket"
        milliseconds = (event.arrived - self._sent) * 1000
        remark = f"({where}, {milliseconds:,.0f} ms after the upload began)"
        self._narrator.hears(somebody.name, event.payload["text"], remark=remark)
