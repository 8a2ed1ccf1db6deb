"""Prints the demo: what is done on the left, what each person's screen shows behind their name."""

import time
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

COLOURS = ("cyan", "magenta")
NAME_WIDTH = 8


class Narrator:
    """Every line with the seconds since the beginning."""

    def __init__(self, console: Console, names: tuple[str, str]) -> None:
        self._console = console
        self._colours: Mapping[str, str] = dict(zip(names, COLOURS, strict=True))
        self._born = time.monotonic()

    def title(self, text: str) -> None:
        self._console.print(f"\n[bold]{escape(text)}[/]", soft_wrap=True)

    def does(self, name: str, text: str) -> None:
        """Tell what a person does."""
        self._line(name, f"▶ {escape(text)}")

    def sees(self, name: str, text: str) -> None:
        """Tell what arrived at a person's socket."""
        self._line(name, f"[dim]│[/] {escape(text)}")

    def hears(self, name: str, text: str, *, remark: str) -> None:
        """Tell what was said, as it stands on a person's screen."""
        self._line(name, f"[dim]│[/] [bold green]{escape(text)}[/]  [dim]{escape(remark)}[/]")

    def remark(self, text: str) -> None:
        self._console.print(f"[dim]{escape(text)}[/]", soft_wrap=True)

    def _line(self, name: str, text: str) -> None:
        seconds = time.monotonic() - self._born
        shown = f"[{self._colours[name]}]{name:>{NAME_WIDTH}}[/]"
        self._console.print(
            f"[dim]{seconds:5.1f} s[/] {shown} {text}", highlight=False, soft_wrap=True
        )
