"""`malmoi transcribe FILE`: a recording through the running cluster."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import click
import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from local_cluster.answers import checked
from local_cluster.cli.console import running_state
from local_cluster.errors import RequestRefused
from local_cluster.home import Home, default_root
from local_cluster.local_user import LocalUser
from malmoi.contracts import subtitles

TIMEOUT = httpx.Timeout(30, read=3600)
"""Seconds. The answer to a long recording comes when it is done."""

Format: TypeAlias = Literal["text", "json", "srt", "vtt"]


class WatchedFile(io.FileIO):
    """A file that tells how far it was read."""

    def __init__(self, file: Path, on_read: Callable[[int], None]) -> None:
        super().__init__(file)
        self._on_read = on_read

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as FileIO does."""
        found = super().read(-1 if size is None else size) or b""
        self._on_read(self.tell())
        return found


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", help="What is spoken, e.g. ko or en. Default: it is recognised.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "srt", "vtt"]),
    default="text",
    show_default=True,
    help="json has the segments with their times; srt and vtt are subtitles.",
)
def transcribe(file: Path, *, language: str | None, form: Format) -> None:
    """Print what is said in FILE: any usual audio format, or the sound of a video.

    Uses the cluster that runs already (see `malmoi up`) and starts nothing.
    """
    home = Home(default_root())
    state = running_state(home)
    try:
        with httpx.Client(base_url=state.url, timeout=TIMEOUT) as client:
            answer = _ask(client, home, file, language=language)
    except httpx.TransportError as error:
        raise RequestRefused(f"the connection to {state.url} broke: {error}") from error
    click.echo(rendered(answer, form))


def rendered(answer: dict[str, Any], form: Format) -> str:
    """Return the text of a `verbose_json` answer in the form that was asked for."""
    match form:
        case "text":
            return str(answer["text"])
        case "json":
            return json.dumps(answer, ensure_ascii=False, indent=2)
        case "srt":
            return subtitles.srt(answer["segments"])
        case "vtt":
            return subtitles.vtt(answer["segments"])


def _ask(client: httpx.Client, home: Home, file: Path, *, language: str | None) -> dict[str, Any]:
    user = LocalUser.of(home.user_file, client)
    fields = {"model": "whisper-1", "response_format": "verbose_json"}
    if language:
        fields["language"] = language
    answer = _upload(client, file, fields, token=user.token)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        user = user.logged_in_again(home.user_file, client)
        answer = _upload(client, file, fields, token=user.token)
    return checked(answer)


def _upload(
    client: httpx.Client, file: Path, fields: dict[str, str], *, token: str
) -> httpx.Response:
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    size = file.stat().st_size
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("sending", total=size)

        def on_read(position: int) -> None:
            if position < size:
                progress.update(task, completed=position)
            else:
                progress.update(task, description="transcribing", total=None)

        with WatchedFile(file, on_read) as body:
            return client.post(
                "/v1/audio/transcriptions",
                data=fields,
                files={"file": (file.name, body)},
                headers={"Authorization": f"Bearer {token}"},
            )
