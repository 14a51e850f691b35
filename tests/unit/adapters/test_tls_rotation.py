# SPDX-License-Identifier: MIT
"""Two certificates of one node stand beside each other while one takes over: each is verified as itself."""

import ssl

import pytest

from making_channel import NOW
from tasuki.adapters import tls
from tasuki.base.errors import WorldError
from tasuki.base.ids import NodeName

ME, PARTNER = NodeName.parse("GBR/gbr-1"), NodeName.parse("JPN/jpn-1")
ENDPOINT = "https://127.0.0.1:8443"


@pytest.fixture
def homes(tmp_path):
    for name, node in (("gbr", ME), ("jpn", PARTNER)):
        (tmp_path / name).mkdir()
        tls.create_certificate(tmp_path / name, node, ENDPOINT, NOW.replace(year=2025))
    return tmp_path / "gbr", tmp_path / "jpn"


def shaken(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[bytes | None, bytes | None]:
    """Shake hands in memory; return whom the client saw and whom the server saw."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_side=False),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = list(sides)
    for _ in range(10):
        for side in list(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(side)
    assert not waiting
    # In TLS 1.3 the client's certificate is judged with the first bytes that follow.
    sides[0].write(b"x")
    assert sides[1].read(1) == b"x"
    return sides[0].getpeercert(True), sides[1].getpeercert(True)  # noqa: FBT003 it takes no name


@pytest.mark.parametrize("order", [1, -1], ids=["old-first", "new-first"])
@pytest.mark.parametrize("switched", [False, True], ids=["old", "new"])
def test_either_of_two_certificates_is_let_in_and_trusted(homes, switched, order):
    gbr, jpn = homes
    both = [tls.load_certificate(gbr), tls.create_next(gbr, ME, ENDPOINT, NOW.replace(year=2025))]
    assert tls.next_certificate(gbr) == both[1]
    if switched:
        tls.switch(gbr)
        assert tls.next_certificate(gbr) is None
    door = tls.Doorkeeper(jpn)
    door.trust(both[::order])
    seen = shaken(door._inner, tls.client_context(gbr, [tls.load_certificate(jpn)]))
    assert seen == (tls.load_certificate(jpn), both[switched])
    own = tls.Doorkeeper(gbr)
    own.trust([tls.load_certificate(jpn)])
    seen = shaken(own._inner, tls.client_context(jpn, both[::order]))
    assert seen == (both[switched], tls.load_certificate(jpn))


def test_the_stamp_changes_with_the_certificate_and_only_then(homes):
    gbr, _ = homes
    before = tls.stamp(gbr)
    tls.create_next(gbr, ME, ENDPOINT, NOW)
    assert tls.stamp(gbr) == before
    tls.switch(gbr)
    assert tls.stamp(gbr) != before


def test_there_is_nothing_to_switch_to_before_one_was_made(homes):
    with pytest.raises(WorldError):
        tls.switch(homes[0])
