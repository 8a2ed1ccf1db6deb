"""The web application's client is made from what this gateway serves."""

from pathlib import Path

from api_gateway.openapi import describe

DOCUMENT = Path(__file__).parents[3] / "admin_ui/openapi.json"


def test_the_web_application_knows_this_gateway() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == describe(), "run `make api`"
