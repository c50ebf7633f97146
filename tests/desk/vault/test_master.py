"""What wraps keys: master keys from a file or the environment, several of them at once, a key service over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from local_key_service import TOKEN, LocalKeyService, running_key_service

from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.vault.key_service import KeyService
from consentry.desk.vault.master import LocalWrapper, MasterKeys
from consentry.desk.vault.opening import open_keys, open_master, write_new_master_key
from consentry.errors import ConsentryError

KEY, CONTEXT = bytes(range(32)), b"case:1"


@pytest.fixture
def service():
    with running_key_service() as running:
        yield running


def refused(code: str, **said: object) -> None:
    with pytest.raises(DeskError) as caught:
        open_master(DeskSettings(**said))
    assert caught.value.code == code


def test_a_master_key_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    write_new_master_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    by_file = open_master(DeskSettings.load(given={"master_key_file": path}, environment={}))
    variable = {"CONSENTRY_DESK_MASTER_KEY": path.read_text().strip()}
    by_environment = open_master(DeskSettings.load(environment=variable))
    wrapped = by_file.wrap(KEY, CONTEXT)
    assert by_environment.unwrap(wrapped, CONTEXT) == KEY
    assert KEY not in wrapped
    assert path.read_text().strip() not in repr(DeskSettings.load(environment=variable))
    with pytest.raises(ConsentryError):
        by_file.unwrap(wrapped, b"case:2")
    with pytest.raises(DeskError):
        write_new_master_key(path)


def test_what_is_no_master_key_is_refused(tmp_path: Path) -> None:
    good, readable = tmp_path / "good", tmp_path / "readable"
    write_new_master_key(good)
    readable.write_text(good.read_text())
    readable.chmod(0o644)
    refused("desk.master_key")
    refused("desk.master_key", master_key="12")
    refused("desk.master_key", master_key="x" * 64)
    refused("desk.master_key", master_key_file=tmp_path / "none")
    refused("desk.master_key", master_key_file=readable)
    refused("desk.master_key", master_key_file=good, master_key="00" * 32)
    refused("desk.master_key", key_service="http://127.0.0.1:1", key_service_token_file=tmp_path / "none")


def test_keys_of_before_are_read_and_not_written_with() -> None:
    old, new = LocalWrapper(bytes(32)), LocalWrapper(bytes(range(32)))
    before, during, after = MasterKeys(old), MasterKeys(new, [old]), MasterKeys(new)
    wrapped = before.wrap(KEY, CONTEXT)
    assert during.unwrap(wrapped, CONTEXT) == KEY
    assert before.is_current(wrapped)
    assert not during.is_current(wrapped)
    assert after.unwrap(during.wrap(KEY, CONTEXT), CONTEXT) == KEY
    for keys in (after, MasterKeys(LocalWrapper(bytes(31) + b"!"))):
        with pytest.raises(DeskError) as caught:
            keys.unwrap(wrapped, CONTEXT)
        assert caught.value.code == "desk.master_key"


def test_a_key_service_wraps_for_one_context_and_one_key(service: LocalKeyService) -> None:
    one, other = KeyService(service.address, "consentry", TOKEN), KeyService(service.address, "other", TOKEN)
    assert one.mark != other.mark
    wrapped = one.wrap(KEY, CONTEXT)
    fresh = KeyService(service.address + "/", "consentry", TOKEN)
    assert fresh.mark == one.mark
    assert fresh.unwrap(wrapped, CONTEXT) == KEY
    for wrapper, context in ((fresh, b"case:2"), (other, CONTEXT)):
        with pytest.raises(DeskError) as caught:
            wrapper.unwrap(wrapped, context)
        assert caught.value.code == "desk.key_service"


def test_a_service_that_is_busy_is_asked_again_and_then_for_a_while_not(service: LocalKeyService) -> None:
    wrapped = KeyService(service.address, "consentry", TOKEN).wrap(KEY, CONTEXT)
    service.failures, service.asked = 1, 0
    fresh = KeyService(service.address, "consentry", TOKEN)
    assert [fresh.unwrap(wrapped, CONTEXT) for _ in range(3)] == [KEY] * 3
    assert service.asked == 2
    service.failures = 10
    with pytest.raises(DeskError):
        fresh.wrap(KEY, CONTEXT)


def test_a_wrong_token_and_a_service_that_is_away_are_told_plainly(service: LocalKeyService) -> None:
    with pytest.raises(DeskError, match="refused"):
        KeyService(service.address, "consentry", "another").wrap(KEY, CONTEXT)
    address = service.address
    service.server_close()
    with pytest.raises(DeskError, match="does not answer"):
        KeyService(address, "consentry", TOKEN, seconds=0.2).wrap(KEY, CONTEXT)


def test_the_settings_name_a_service_and_its_keys_of_before(service: LocalKeyService, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    said = {"data": tmp_path, "key_service": service.address, "key_service_token_file": token}
    before = open_master(DeskSettings(**said, key_service_key="old"))
    after = open_master(DeskSettings(**said, key_service_key="new", other_key_services=("old",)))
    assert after.unwrap(before.wrap(KEY, CONTEXT), CONTEXT) == KEY
    assert open_keys(DeskSettings(**said)).halves.folder == tmp_path / "keys"
