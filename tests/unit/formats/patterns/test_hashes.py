# SPDX-License-Identifier: MIT
"""Hashes by the name their path gives them: which algorithm, which form."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.hashes import algorithm_of, form_of, is_hash, is_hexadecimal, name_of
from tasuki.formats.patterns.model import Path, Step

LIBRARY = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-224": "sha224",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA3-224": "sha3_224",
    "SHA3-256": "sha3_256",
    "SHA3-384": "sha3_384",
    "SHA3-512": "sha3_512",
}


@pytest.mark.parametrize(
    ("steps", "algorithm"),
    [
        (("hashes", "MD5"), "MD5"),
        (("hashes", "SHA-256"), "SHA256"),
        (("hashes", "sha256"), "SHA256"),
        (("extensions", "windows-pebinary-ext", "sections", None, "hashes", "MD5"), "MD5"),
        (("hashes", "SSDEEP"), "SSDEEP"),
        (("hashes", "x_own"), None),
        (("hashes", "TLSH"), None),
        (("hashes",), None),
        (("hashes", None), None),
        (("hashes", 0), None),
        (("name",), None),
        (("MD5",), None),
    ],
)
def test_a_path_names_an_algorithm_behind_hashes(steps: tuple[Step, ...], algorithm: str | None):
    assert algorithm_of(Path("file", steps)) == algorithm


@given(name=st.sampled_from(sorted(LIBRARY)), content=st.binary(max_size=20), upper=st.booleans())
def test_what_an_algorithm_makes_has_its_form_and_nothing_shorter_or_longer(name: str, content: bytes, *, upper: bool):
    algorithm = algorithm_of(Path("file", ("hashes", name)))
    assert algorithm is not None
    digest = hashlib.new(LIBRARY[name], content).hexdigest()
    digest = digest.upper() if upper else digest
    assert is_hash(algorithm, digest)
    assert form_of(algorithm).fullmatch(digest)
    assert not any(
        is_hash(algorithm, each) for each in (digest[:-1], digest + "0", digest[:-1] + "g", digest + "\n", 5)
    )
    assert is_hexadecimal(algorithm)
    assert name_of(algorithm) == name


def test_a_fuzzy_hash_is_no_hexadecimal_number():
    assert is_hash("SSDEEP", "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C")
    assert not is_hash("SSDEEP", "")
    assert not is_hexadecimal("SSDEEP")
    assert name_of("SSDEEP") == "SSDEEP"
