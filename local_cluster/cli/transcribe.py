"""`malmoi transcribe FILE`: a recording through the running cluster."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeAlias

import click
import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from local_cluster.answers import checked
from local_cluster.cli.console import running_state
from local_cluster.errors import RequestRefused
from local_cluster.handed_in import HandedIn, announce, hand_in, hand_in_upload
from local_cluster.home import Home, default_root
from local_cluster.local_user import LocalUser
from local_cluster.sent_in_parts import LARGE_BYTES, InParts

_TIMEOUT: Final = httpx.Timeout(30)
Format: TypeAlias = Literal["text", "json", "srt", "vtt", "tsv"]


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
    type=click.Choice(["text", "json", "srt", "vtt", "tsv"]),
    default="text",
    show_default=True,
    help="json has segments and words with their times; srt and vtt are subtitles.",
)
def transcribe(file: Path, *, language: str | None, form: Format) -> None:
    """Print what is said in FILE: any usual audio format, or the sound of a video.

    Uses the cluster that runs already (see `malmoi up`) and starts nothing. Ctrl-C cancels.
    """
    home = Home(default_root())
    state = running_state(home)
    try:
        with httpx.Client(base_url=state.url, timeout=_TIMEOUT) as client:
            job = _through(client, home, file, language)
            click.echo(job.text(form).rstrip("\n"))
    except httpx.TransportError as error:
        raise RequestRefused(f"the connection to {state.url} broke: {error}") from error


def _through(client: httpx.Client, home: Home, file: Path, language: str | None) -> HandedIn:
    """Hand the file in and wait for its end, with a bar for each."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        job = HandedIn(client, _sent(client, home, file, language, progress))
        bar = progress.add_task("transcribing", total=100)
        try:
            job.follow(lambda percent: progress.update(bar, completed=percent))
        except KeyboardInterrupt:
            job.cancel()
            raise
    return job


def _sent(
    client: httpx.Client, home: Home, file: Path, language: str | None, progress: Progress
) -> str:
    """Send the file as the user of this home; returns the id of its job."""
    user = LocalUser.of(home.user_file, client)
    answer = _upload(client, user, file, language, progress)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        user = user.logged_in_again(home.user_file, client)
        answer = _upload(client, user, file, language, progress)
    return str(checked(answer)["job_id"])


def _upload(
    client: httpx.Client, user: LocalUser, file: Path, language: str | None, progress: Progress
) -> httpx.Response:
    client.headers["Authorization"] = f"Bearer {user.token}"
    size = file.stat().st_size
    bar = progress.add_task("sending", total=size)

    def on_sent(sent: int) -> None:
        progress.update(bar, completed=sent)

    try:
        if size > LARGE_BYTES:
            return _in_parts(client, file, language, on_sent)
        with WatchedFile(file, on_sent) as body:
            return hand_in(client, body, file.name, language)
    finally:
        progress.remove_task(bar)


def _in_parts(
    client: httpx.Client, file: Path, language: str | None, on_sent: Callable[[int], None]
) -> httpx.Response:
    announced = announce(client, file.name, file.stat().st_size)
    if announced.status_code == httpx.codes.UNAUTHORIZED:
        return announced
    upload_id = InParts(client, file, checked(announced), on_sent).send()
    return hand_in_upload(client, upload_id, language)
