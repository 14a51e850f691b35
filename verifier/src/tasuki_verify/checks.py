# SPDX-License-Identifier: MIT
"""The seven checks, by their names in `docs/spec/evidence.md`. A file holds if every one of them holds."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from tasuki_verify.anchor import Anchor, Key, keys_of
from tasuki_verify.cosigning import Cosignature, cosignatures, log_keys
from tasuki_verify.evidence import Evidence, Opening, read_evidence
from tasuki_verify.frame import require_both
from tasuki_verify.letters import PLACE, Letter, read_envelope, read_receipt
from tasuki_verify.note import Checkpoint, read_checkpoint
from tasuki_verify.spelling import spell
from tasuki_verify.tree import includes
from tasuki_verify.words import FAILS, HOLDS, Said, WrongError

SENT: Final = "envelope-sent"
HELD: Final = "receipt-held"
ISSUED: Final = "receipt-issued"
KINDS: Final = (SENT, HELD, ISSUED)
OTHER_STATEMENTS: Final = ("anchor", "bundle", "keys", "peers", "root", "statement", "stored")
"""Types under which other things are signed; no envelope has one of them."""

_ORIGIN = re.compile(r"tasuki/([A-Z]{3}/[a-z][a-z0-9-]{0,31})/pair/([A-Z]{3})(/[1-9][0-9]{3}/([1-9][0-9]{0,15}))?")

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Finding(NamedTuple):
    """One check, whether it holds, and the sentence for people."""

    name: str
    holds: bool
    said: Said


class Answer(NamedTuple):
    """Every check that was asked; `meaning` says what the file proves and is empty unless it holds."""

    findings: tuple[Finding, ...]
    meaning: dict[str, Any]

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(finding.holds for finding in self.findings)


class Log(NamedTuple):
    """A checkpoint proved to be of a pair log: whose, with whom, after how many leaves, and by which keys."""

    checkpoint: Checkpoint
    node: str
    partner: str
    start: int
    keys: tuple[Key, ...]


class Sheet:
    """Asks checks one after the other and writes down what each found."""

    def __init__(self) -> None:
        """Begin with an empty sheet."""
        self.findings: list[Finding] = []

    def ask(self, name: str, check: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found | None:
        """Return what a check proves, or None where it does not hold."""
        try:
            found = check(*given, **named)
        except WrongError as error:
            fails = FAILS[name]
            said = Said(f"{fails.en}: {error.said.en}", f"{fails.ja}: {error.said.ja}")
            self.findings.append(Finding(name, holds=False, said=said))
            return None
        self.findings.append(Finding(name, holds=True, said=HOLDS[name]))
        return found


def verify(raw: bytes, anchors: Sequence[Anchor]) -> Answer:
    """Return what an evidence file proves to somebody who trusts these anchors."""
    sheet = Sheet()
    evidence = sheet.ask("form", read_evidence, raw)
    if evidence is None:
        return Answer(tuple(sheet.findings), {})
    sheet.findings.clear()
    log = sheet.ask("log-signature", log_signature, evidence, anchors)
    cosigned = sheet.ask("cosignature", cosignature, log, anchors)
    included = sheet.ask("inclusion", inclusion, evidence, log)
    leaf = sheet.ask("opening", opening, evidence)
    proved = leaf if included else None
    letters = {}
    if evidence.envelope is not None:
        letters["envelope"] = sheet.ask("envelope", envelope, evidence.envelope, proved, log, anchors)
    if evidence.receipt is not None:
        letters["receipt"] = sheet.ask("receipt", receipt, evidence, proved, log, anchors)
    answer = Answer(tuple(sheet.findings), {})
    if not answer.holds or log is None or cosigned is None:
        return answer
    return answer._replace(meaning=_meaning(evidence, log, cosigned, letters))


def log_signature(evidence: Evidence, anchors: Sequence[Anchor]) -> Log:
    """The checkpoint is of a pair log of a node and a partner among the anchors, and the node signed it."""
    checkpoint = read_checkpoint(evidence.checkpoint)
    named = _ORIGIN.fullmatch(checkpoint.origin)
    if named is None or named[1].startswith(named[2]):
        raise WrongError("its origin is no pair log.", "オリジンがペアログではありません。")
    node, partner, start = named[1], named[2], int(named[4] or 0)
    if not any(anchor.node.startswith(f"{partner}/") for anchor in anchors):
        raise WrongError(f"no anchor of {partner} was given.", f"{partner} のアンカーが与えられていません。")
    keys = log_keys(checkpoint, anchors, node)
    if not keys:
        raise WrongError(f"no line is by a log key of {node}.", f"{node} のログ鍵による署名行がありません。")
    return Log(checkpoint, node, partner, start, tuple(keys))


def cosignature(log: Log | None, anchors: Sequence[Anchor]) -> Cosignature:
    """A witness of the partner cosigned with each algorithm it had, and its keys and the log's were valid then."""
    log = _rests_on("log-signature", log)
    found = cosignatures(log.checkpoint, anchors, log.partner)
    valid = [each for each in found if each.key.valid(each.at) and any(key.valid(each.at) for key in log.keys)]
    first = [each for each in valid if each.key.algorithm == "ed25519"]
    if not any(each.key.algorithm == "ed25519" for each in found):
        raise WrongError(
            f"no line is by a witness key of {log.partner}.", f"{log.partner} の連署鍵による署名行がありません。"
        )
    if not first:
        raise WrongError("a key was not valid at the time of the cosignature.", "連署の時点で有効でない鍵があります。")
    # A node of the previous release has no second key and keeps no line of one.
    owners = [anchor for anchor in anchors if anchor.node == log.node]
    whole = [
        each
        for each in first
        if not (_has_second_key([each.anchor], each) and _has_second_key(owners, each))
        or _signed_with_it(each.anchor, valid)
    ]
    if not whole:
        raise WrongError(
            "the witness had an ML-DSA-44 key and did not cosign with it.",
            "連署者の ML-DSA-44 鍵による連署がありません。",
        )
    return whole[0]


def _has_second_key(anchors: Sequence[Anchor], first: Cosignature) -> bool:
    keys = [key for anchor in anchors for key in anchor.keys]
    return any((key.purpose, key.algorithm) == ("witness", "ml-dsa-44") and key.valid(first.at) for key in keys)


def _signed_with_it(anchor: Anchor, valid: Sequence[Cosignature]) -> bool:
    return any(each.key.algorithm == "ml-dsa-44" and each.anchor == anchor for each in valid)


def inclusion(evidence: Evidence, log: Log | None) -> bool:
    """The commitment is the entry at `index` of the tree with that size and root."""
    checkpoint = _rests_on("log-signature", log).checkpoint
    if not includes(evidence.commitment, evidence.index, checkpoint.size, evidence.proof, checkpoint.root):
        raise WrongError("the proof does not lead to the signed root.", "証明が署名されたルートに至りません。")
    return True


def opening(evidence: Evidence) -> Opening | None:
    """Salt, kind and body give the commitment; a closed leaf holds and says nothing."""
    leaf = evidence.opening
    if leaf is not None:
        committed = hashlib.sha256(leaf.salt + spell({"body": leaf.body, "kind": leaf.kind})).digest()
        if committed != evidence.commitment:
            raise WrongError("salt, kind and body give another commitment.", "コミットメントが一致しません。")
    return leaf


def envelope(raw: bytes, leaf: Opening | None, log: Log | None, anchors: Sequence[Anchor]) -> Letter:
    """The envelope is the one the leaf names, went the way the leaf says, and its sender signed it."""
    leaf, log = _about_a_letter(leaf), _rests_on("log-signature", log)
    letter = read_envelope(raw)
    if letter.kind in OTHER_STATEMENTS:
        raise WrongError("its type is one that no envelope has.", "封筒にはない種別です。")
    _same(leaf, letter.said, PLACE)
    if leaf.kind == SENT:
        _same(leaf, letter.said, ("type", "policy"))
    if leaf.body.get("env_hash") != letter.frame.hash:
        raise WrongError("its hash is not the one in the leaf.", "ハッシュが葉と一致しません。")
    _went(letter, log, outward=leaf.kind != ISSUED)
    _signed(letter, anchors)
    return letter


def receipt(evidence: Evidence, leaf: Opening | None, log: Log | None, anchors: Sequence[Anchor]) -> Letter:
    """The receipt is the one the leaf speaks of, went the way the leaf says, and its giver signed it."""
    leaf, log = _about_a_letter(leaf), _rests_on("log-signature", log)
    letter = read_receipt(evidence.receipt or b"")
    _same(leaf, letter.said, ("env_hash", *PLACE))
    if leaf.kind in (HELD, ISSUED):
        _same(leaf, letter.said, ("status",))
        if leaf.body.get("receipt_hash") != letter.frame.hash:
            raise WrongError("its hash is not the one in the leaf.", "ハッシュが葉と一致しません。")
    if leaf.kind == HELD:
        _same(leaf, letter.said, ("log_index",))
    if leaf.kind == ISSUED and letter.said["log_index"] != log.start + evidence.index:
        raise WrongError("it promised another place in the log.", "ログ内の別の位置を約束しています。")
    _went(letter, log, outward=leaf.kind == ISSUED)
    _signed(letter, anchors)
    return letter


def _rests_on(name: str, proved: Found | None) -> Found:
    if proved is None:
        raise WrongError(f"it rests on {name}, which does not hold.", f"前提となる {name} が成立していません。")
    return proved


def _about_a_letter(leaf: Opening | None) -> Opening:
    leaf = _rests_on("inclusion / opening", leaf)
    if leaf.kind not in KINDS:
        raise WrongError(f"a leaf of kind {leaf.kind} speaks of no letter.", f"種別 {leaf.kind} の葉は対象外です。")
    return leaf


def _same(leaf: Opening, said: dict[str, Any], names: Sequence[str]) -> None:
    """Refuse a letter that says something else than the leaf; `1` and `true` are not the same."""
    for name in names:
        if name not in leaf.body or spell(leaf.body[name]) != spell(said[name]):
            raise WrongError(f"{name} is not that of the leaf.", f"{name} が葉と一致しません。")


def _went(letter: Letter, log: Log, *, outward: bool) -> None:
    """Refuse a letter that did not go between the log's node and the partner, in the direction the leaf means."""
    ours, theirs = (letter.sender, letter.recipient) if outward else (letter.recipient, letter.sender)
    if ours != log.node or not theirs.startswith(f"{log.partner}/"):
        raise WrongError("it went another way.", "送信元・送信先が異なります。")


def _signed(letter: Letter, anchors: Sequence[Anchor]) -> None:
    """Refuse a letter unless both signatures verify under envelope keys of its sender, valid when it was made."""
    if letter.suite != 1:
        raise WrongError("its suite is not 1.", "スイートが 1 ではありません。")
    raws = []
    for key_id, algorithm in zip(letter.key_ids, ("ed25519", "ml-dsa-65"), strict=True):
        keys = keys_of(anchors, letter.sender, "envelope", algorithm)
        fit = [key for key in keys if key.id == key_id and key.valid(letter.at)]
        if not fit:
            raise WrongError(
                f"no envelope key {key_id} of {letter.sender} was valid then.",
                f"{letter.sender} の封筒鍵 {key_id} で当時有効なものがありません。",
            )
        raws.append(fit[0].raw)
    require_both(letter.frame, letter.kind, *raws)


def _meaning(evidence: Evidence, log: Log, cosigned: Cosignature, letters: dict[str, Letter | None]) -> dict[str, Any]:
    meaning: dict[str, Any] = {
        "origin": log.checkpoint.origin,
        "size": log.checkpoint.size,
        "root": base64.b64encode(log.checkpoint.root).decode(),
        "witness": cosigned.anchor.node,
        "cosigned_at": f"{cosigned.at:%Y-%m-%dT%H:%M:%S}.000Z",
        "index": evidence.index,
        "commitment": base64.b64encode(evidence.commitment).decode(),
    }
    if evidence.opening is not None:
        meaning |= {"kind": evidence.opening.kind, "body": evidence.opening.body}
    return meaning | {name: letter.said for name, letter in letters.items() if letter is not None}
