# SPDX-License-Identifier: MIT
"""Key files: made once, owner only, checked when read."""

import pytest

from making_channel import NOW
from tasuki.adapters.clock import Entropy
from tasuki.adapters.keyfiles import create_keys, create_role_keys, destroy_key, load_keys, public_keys, renew_keys
from tasuki.base.errors import CallerError, WorldError
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
