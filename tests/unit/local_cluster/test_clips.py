"""What the demo says."""

from pathlib import Path

import pytest

from local_cluster.demo.clips import choose
from local_cluster.errors import NoSuchClip


def test_korean_comes_first_then_english() -> None:
    assert [clip.language for clip in choose(None, None)] == ["ko", "en"]


def test_every_shipped_clip_is_there_with_its_text() -> None:
    assert all(clip.file.exists() and clip.spoken for clip in choose(None, None))


def test_one_language_can_be_chosen() -> None:
    assert [clip.language for clip in choose(None, "en")] == ["en"]


def test_a_recording_of_the_user_is_played_alone() -> None:
    clips = choose(Path("mine.webm"), None)

    assert [(clip.file, clip.language) for clip in clips] == [(Path("mine.webm"), None)]


def test_a_language_without_a_clip_needs_a_recording() -> None:
    with pytest.raises(NoSuchClip, match="--audio"):
        choose(None, "fr")
