# SPDX-License-Identifier: MIT
"""Key files: made once, owner only, checked when read."""

import pytest

from making_channel import NOW
from tasuki.adapters.clock import Entropy
from tasuki.adapters.keyfiles import (
    create_keys,
    create_role_keys,
    destroy_key,
    load_keys,
    plain_keys,
    public_keys,
    renew_keys,
    seal_keys,
)
from tasuki.adapters.passphrase import CREDENTIAL, CREDENTIALS_VARIABLE, FILE_VARIABLE
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.formats.suites.keys import Purpose


def test_a_new_node_has_a_key_for_every_purpose(tmp_path):
    made = create_keys(tmp_path, Entropy(), NOW)
    assert {key.purpose for key in made} == set(Purpose) - {Purpose.KEYS, Purpose.PEERS}
    assert set(public_keys(tmp_path)) == set(made)


def test_keys_are_never_overwritten(tmp_path):
    made = create_keys(tmp_path, Entropy(), NOW)
    with pytest.raises(CallerError) as refused:
        create_keys(tmp_path, Entropy(), NOW)
    assert refused.value.reason.code == "adapters.keys-exist"
    assert set(public_keys(tmp_path)) == set(made)


def test_renewing_adds_envelope_and_kem_keys_beside_the_old(tmp_path):
    old = set(create_keys(tmp_path, Entropy(), NOW))
    new = set(renew_keys(tmp_path, Entropy(), NOW))
    assert {key.purpose for key in new} == {Purpose.ENVELOPE, Purpose.KEM}
    assert set(public_keys(tmp_path)) == old | new


def test_role_keys_are_made_apart(tmp_path):
    made = (*create_keys(tmp_path, Entropy(), NOW), *create_role_keys(tmp_path, Entropy(), NOW))
    assert {key.purpose for key in made} == set(Purpose)
    assert set(public_keys(tmp_path)) == set(made)


@pytest.mark.parametrize("purpose", [Purpose.ROOT, Purpose.KEYS, Purpose.PEERS])
def test_what_changes_by_a_ceremony_is_not_renewed(tmp_path, purpose):
    made = create_keys(tmp_path, Entropy(), NOW)
    with pytest.raises(CallerError) as refused:
        renew_keys(tmp_path, Entropy(), NOW, (Purpose.ENVELOPE, purpose))
    assert refused.value.reason.code == "adapters.not-renewed"
    assert set(public_keys(tmp_path)) == set(made)


def test_a_destroyed_key_is_gone_and_gone_twice_is_no_error(tmp_path):
    made = create_keys(tmp_path, Entropy(), NOW)
    (kem,) = (key for key in made if key.purpose is Purpose.KEM)
    destroy_key(tmp_path, kem)
    destroy_key(tmp_path, kem)
    assert set(public_keys(tmp_path)) == set(made) - {kem}


def test_a_secret_never_shows_in_a_printout(tmp_path):
    create_keys(tmp_path, Entropy(), NOW)
    for key in load_keys(tmp_path):
        assert repr(key.secret) not in repr(key)
        assert "secret" not in repr(key)


@pytest.mark.parametrize("harm", ["mode", "cut", "renamed", "nonsense"])
def test_a_damaged_or_open_key_file_is_refused(tmp_path, harm):
    create_keys(tmp_path, Entropy(), NOW)
    file = next((tmp_path / "keys").glob("log-*.key"))
    match harm:
        case "mode":
            file.chmod(0o640)
        case "cut":
            file.write_bytes(file.read_bytes()[:-9])
        case "renamed":
            file.rename(file.with_name("log-ed25519-" + "0" * 32 + ".key"))
        case "nonsense":
            file.write_bytes(b'{"secret":5}')
    with pytest.raises(WorldError) as refused:
        load_keys(tmp_path)
    assert refused.value.reason.code == "adapters.key-file-bad"


def test_a_directory_without_keys_is_refused(tmp_path):
    with pytest.raises(WorldError) as refused:
        load_keys(tmp_path)
    assert refused.value.reason.code == "adapters.keys-missing"


@pytest.fixture
def passphrase(tmp_path, monkeypatch):
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery\n", "utf-8")

    def given(name):
        monkeypatch.delenv(FILE_VARIABLE, raising=False)
        if name == "variable":
            monkeypatch.setenv(FILE_VARIABLE, str(file))
        elif name == "credential":
            (tmp_path / CREDENTIAL).write_text("correct horse battery", "utf-8")
            monkeypatch.setenv(CREDENTIALS_VARIABLE, str(tmp_path))

    return given


@pytest.mark.parametrize("way", ["variable", "credential"])
def test_sealed_keys_open_with_the_passphrase_the_service_is_given(tmp_path, passphrase, way):
    home = tmp_path / "node"
    made = set(create_keys(home, Entropy(), NOW))
    assert plain_keys(home) == len(made)
    assert seal_keys(home, "correct horse battery", Entropy()) == len(made)
    assert plain_keys(home) == 0
    with pytest.raises(WorldError) as refused:
        load_keys(home)
    assert refused.value.reason.code == "adapters.keys-sealed"
    passphrase(way)
    assert set(public_keys(home)) == made
    fresh = set(renew_keys(home, Entropy(), NOW))
    assert plain_keys(home) == 0
    assert set(public_keys(home)) == made | fresh
    assert seal_keys(home, "correct horse battery", Entropy()) == 0


def test_another_passphrase_opens_and_seals_nothing(tmp_path):
    create_keys(tmp_path, Entropy(), NOW)
    seal_keys(tmp_path, "correct horse battery", Entropy())
    with pytest.raises(InputError) as refused:
        seal_keys(tmp_path, "another passphrase", Entropy())
    assert refused.value.reason.code == "adapters.passphrase-wrong"


def test_a_crash_while_a_key_is_written_or_destroyed_leaves_no_damaged_key_file(tmp_path):
    made = create_keys(tmp_path, Entropy(), NOW)
    (tmp_path / "keys" / "envelope-ed25519-half.part").write_bytes(b"{")
    (tmp_path / "keys" / "kem-mlkem768-x25519-half.gone").write_bytes(b"\0\0")
    assert set(public_keys(tmp_path)) == set(made)
