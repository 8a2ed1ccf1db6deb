"""The state directory."""

import os
from pathlib import Path

import pytest

from local_cluster.credentials import Credentials
from local_cluster.errors import AlreadyRunning, HomeUnusable
from local_cluster.files import write_private
from local_cluster.home import CHECKOUT, Home, default_root
from local_cluster.lock import hold, holder


def test_the_home_is_for_its_owner_only_and_invisible_to_git(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()

    assert home.root.stat().st_mode & 0o777 == 0o700
    assert (home.root / ".gitignore").read_text() == "*\n"


def test_the_default_lies_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALMOI_HOME", raising=False)

    assert default_root() == CHECKOUT / ".malmoi"


def test_the_variable_moves_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MALMOI_HOME", str(tmp_path))

    assert default_root() == tmp_path


def test_a_home_that_cannot_be_made_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(HomeUnusable, match="set MALMOI_HOME"):
        Home(tmp_path / "file" / "home").create()


def test_credentials_are_random_kept_and_private(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"

    made = Credentials.load_or_create(file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert Credentials.load_or_create(file) == made
    assert Credentials.load_or_create(tmp_path / "other.json") != made


def test_a_credential_that_an_older_file_lacks_is_made_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    write_private(file, '{"database_password": "old"}')

    made = Credentials.load_or_create(file)

    assert made.database_password == "old"
    assert Credentials.load_or_create(file) == made


def test_of_two_that_want_the_lock_the_second_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    with hold(lock), pytest.raises(AlreadyRunning), hold(lock):
        pass


def test_the_lock_names_its_holder_and_is_free_afterwards(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold(lock):
        during = holder(lock)

    assert during == os.getpid()
    assert holder(lock) is None


def test_a_home_without_a_lock_file_is_free(tmp_path: Path) -> None:
    assert holder(tmp_path / "lock") is None
