"""The README's table says of every folder what it is for."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_it_names_every_folder() -> None:
    listed = subprocess.run(
        "git ls-files", shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("needs git to know which folders are ours")
    files = listed.stdout.splitlines()
    folders = {each.partition("/")[0] for each in files if "/" in each and each[0] != "."}
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = {each.partition("/")[0] for row in rows for each in re.findall(r"`(.+?)`", row)}

    assert named == folders
