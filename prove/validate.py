# SPDX-License-Identifier: MIT
"""Whether our verdicts on random STIX objects are those of stix2-validator and of the OASIS schemas.

Every difference must be explained by a clause of the standard, listed here; one that is not fails the rig. So does a
rule that no object reached.

usage: prove/validate.py --size ci|full [--seed N]     (needs `make peers`)
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "prove" / "making")]

from stix_objects import Maker  # noqa: E402

from stix_examples import EXAMPLES  # noqa: E402 found beside the rig
from tasuki.base.reasons import Reason  # noqa: E402
from tasuki.formats.patterns.errors import PatternError  # noqa: E402
from tasuki.formats.patterns.model import Version  # noqa: E402
from tasuki.formats.patterns.parser import parse  # noqa: E402
from tasuki.formats.stix import tables  # noqa: E402
from tasuki.formats.stix.validate import Problem, is_valid, validate  # noqa: E402

PEER = ROOT / ".peers" / "stix" / "bin" / "python"
SIZES = {"ci": 4_000, "full": 100_000}
BATCH = 5_000
AT_HAND = {identifier: obj for example in EXAMPLES for identifier, obj in example.at_hand.items()}
UNREACHABLE = {"stix.not-an-object", "stix.type-missing", "stix.pattern-refused"}
"""Reasons about what no peer is asked of, and the stand-in of a test."""


ANY = ""
OBSERVABLE = "observable"
CUSTOM = "custom"
STANDARD = (
    tables.OBSERVABLES.keys()
    | tables.DOMAIN_OBJECTS.keys()
    | tables.RELATIONSHIP_OBJECTS.keys()
    | tables.META_OBJECTS.keys()
)

OURS_ONLY: tuple[tuple[str, str, str, str], ...] = (
    (
        "stix.property-name",
        ANY,
        ANY,
        "§3.1, §11.1.1: names end where they end; the schema does not anchor",
    ),
    (
        "stix.identifier",
        "_refs?(/|$)",
        ANY,
        "§2.9: references of observables are identifiers, not any text",
    ),
    ("stix.reference", "_refs?(/|$)", ANY, "§3.2, §6: references name the types their property allows"),
    ("stix.integer-range", ANY, ANY, "§2.10: integers lie within 2^53 - 1"),
    ("stix.empty-dictionary", ANY, ANY, "§2.3: empty dictionaries are prohibited"),
    ("stix.empty-list", ANY, ANY, "§2.12: empty lists are prohibited, at any depth"),
    ("stix.null", ANY, ANY, "§2: no type of STIX has null, at any depth"),
    ("stix.versioned-observable", "^/id$", OBSERVABLE, "§3.6: an observable with versions has no deterministic id"),
    ("stix.redefined-type", "/extension_type$", ANY, "§7.3: an extension does not redefine types of the standard"),
    ("stix.not-applicable", "^/defanged$", ANY, "§3.2: defanged stands on observables only"),
    ("stix.id-syntax", "^/id$", ANY, "§2.9: the id of a custom object starts with its type"),
    ("stix.hex", "_hex$", ANY, "§2.8: hexadecimal digits are in lower case"),
    (
        "stix.wrong-type",
        "_(hex|bin)$",
        "marking-definition",
        "§3.1: the end of a name says what it holds",
    ),
    ("stix.base64", "_bin$", "marking-definition", "§3.1: the end of a name says what it holds"),
    ("stix.required", "^/created_by_ref$", "extension-definition", "§7.3.1: an extension definition names its creator"),
    ("stix.requires", "^/name$", "file", "§3.1: an encoding stands only beside what it encodes"),
    ("stix.reserved-name", ANY, "marking-definition", "§3.8: reserved names are used on no object"),
    (ANY, "^/(external_references|labels|confidence|revoked|created|modified)", OBSERVABLE, "§3.2: common properties"),
    (ANY, "^/external_references/", CUSTOM, "§11.2.1: a custom object has the common properties, as §3.2 defines them"),
    (
        "stix.timestamp-precision",
        "^/created$",
        "marking-definition",
        "§3.2: `created` has milliseconds",
    ),
    ("stix.hash-unlisted", "^/external_references/", ANY, "§2.5.1: hashes of references are of the listed algorithms"),
    ("stix.tlp2-instance", ANY, "marking-definition", "TLP 2.0 extension: its five objects and no others"),
    ("stix.wrong-type", "environment_variables/", "process", "§6.13.1: values of environment variables are text"),
    ("stix.selector-target", "/selectors/", ANY, "§7.2.3: a selector names something the object holds"),
    ("stix.extension-of", "/extension_type$", ANY, "a property extension we know states that it is one"),
    ("stix.identifier", "^/extensions/", ANY, "§2.9: the key of an extension is an identifier"),
    ("stix.dictionary-key", "^/definition/", "marking-definition", "§3.1: names within a marking are property names"),
    ("stix.negative", "^/(src|dst)_(packets|byte_count)$", "network-traffic", "§6.12.1: counts are positive integers"),
    ("stix.wrong-type", "^/additional_header_fields/", "email-message", "§6.6.1: a header field is a list of text"),
    ("stix.hash", "/hashes/(TLSH|SSDEEP)$", ANY, "§10.7: fuzzy hashes have the form their authors define"),
    (
        "stix.not-together",
        "^/granular_markings/",
        ANY,
        "§7.2.3: a granular marking has only one of `lang`, `marking_ref`",
    ),
    ("stix.no-observable", "^/object_refs$", "observed-data", "§4.14.1: object_refs names an observable"),
    ("stix.family-variant", "^/target_ref$", "relationship", "§4.11.2: a family is no variant of an instance"),
    ("stix.translation-type", "^/contents/", "language-content", "§7.1.1: a translation has the shape of the original"),
    (
        "stix.translation-length",
        "^/contents/",
        "language-content",
        "§7.1.1: translated lists are as long as the original",
    ),
    ("stix.not-in-bundle", "/type$", "bundle", "§8.1: a bundle is no STIX object"),
    ("stix.encoded-word", "^/subject$", "email-message", "§6.6: header fields are decoded"),
)
"""Why we refuse what the peer accepts: reason, where (an expression for the path), on what, the clause."""


def is_defanged(obj: dict[str, object]) -> bool:
    """Whether an object says that its addresses are defanged."""
    return obj.get("defanged") is True


def is_unversioned(obj: dict[str, object]) -> bool:
    """Whether an object states no version, so that it may be of STIX 2.0."""
    return "spec_version" not in obj


def is_old_marking(obj: dict[str, object]) -> bool:
    """Whether an object is a marking definition that states no version."""
    return obj.get("type") == "marking-definition" and "spec_version" not in obj


def has_extensions(obj: dict[str, object]) -> bool:
    """Whether an object is extended."""
    return "extensions" in obj


def has_container(obj: dict[str, object]) -> bool:
    """Whether an object holds observables in the deprecated container."""
    return "objects" in obj


def names_no_number(obj: dict[str, object]) -> bool:
    """Whether no external reference of an object states an external_id."""
    references = obj.get("external_references")
    return isinstance(references, list) and all("external_id" not in each for each in references)


def always(_obj: dict[str, object]) -> bool:
    """Apply to every object."""
    return True


THEIRS_ONLY: tuple[tuple[str, Callable[[dict[str, object]], bool], str], ...] = (
    ("'spec_version' is a required", always, "STIX 2.0: without spec_version an object is of 2.0"),
    ("'is_family' is a required", is_unversioned, "STIX 2.0: without spec_version an object is of 2.0"),
    ("definition", is_old_marking, "STIX 2.0: without spec_version an object is of 2.0"),
    ("marking definitions must use", has_extensions, "§7.2.1: beside `extensions` no `definition` is required"),
    ("'marking_ref' is a required property", always, "§7.2.3: a granular marking has `lang` or `marking_ref`"),
    ("PEER FAILED KeyError: 'id'", has_container, "§2.9, §2.13: in the deprecated container keys stand for ids"),
    ("hashes.TLSH: 'T1", always, "§10.7: TLSH writes T1 before its 35 bytes since version 4"),
    ("If the external reference is a CVE", names_no_number, "§4.19.1: it speaks of references that specify an ID"),
    ("'id' is not a valid observable property", always, "§3.2: `id` is a name of the standard, of two letters"),
    (": value: '::ffff:", always, "§6.9.1, RFC 4291 §2.2: an IPv6 address may end in an IPv4 one"),
    ("additional_header_fields", always, "§6.6.1: a header field is a list of text, of one element too"),
    ("startup_info", always, "§6.13.2: the names of the struct are not listed"),
    (r"socket-ext\.options", always, "§6.12.4: names of socket options are a SHOULD"),
    ("mime_type", always, "§6.1.1: media types are a SHOULD; flagged"),
    ("exif_tags", always, "§6.7.5: names of EXIF tags are not listed"),
    (
        "'(haw|eng|EN|zh-Hant-TW)' is not a valid RFC 5646",
        always,
        "§3.2, RFC 5646: the registry says, in any case",
    ),
    ("extensions: 'x-a-ext' does not match", always, "§3.2, §11.3: keys of extensions are a SHOULD; kept and flagged"),
    (": value: ", is_defanged, "§3.2: the object says that its address is defanged; flagged"),
)
"""What the peer refuses and we accept: an expression for its message, on which objects, the clause."""


def check_pattern(pattern: str, version: str) -> Reason | None:
    """Return why a pattern is none; None where it is one."""
    try:
        parse(pattern, Version(version))
    except PatternError as error:
        return error.reason
    return None


def judged_by_peer(lines: list[str]) -> list[dict[str, object]]:
    """Return the peer's answers on objects, in order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "objects.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        script = ROOT / "prove" / "peers" / "judge_stix.py"
        done = subprocess.run([PEER, script, path], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def explanation(obj: dict[str, object], problems: tuple[Problem, ...], answer: dict[str, object]) -> str | None:
    """Return the clause that explains a difference, or None: every error of the one side must have its clause."""
    errors = [problem for problem in problems if problem.severity == "error"]
    texts = answer["errors"]
    assert isinstance(texts, list)
    clauses = [ours_only(problem, str(obj.get("type"))) for problem in errors]
    clauses = clauses or [theirs_only(text, obj) for text in texts]
    return clauses[0] if clauses and None not in clauses else None


def ours_only(problem: Problem, kind: str) -> str | None:
    """Return the clause by which we refuse what the peer does not look at, or None."""
    for code, place, on, why in OURS_ONLY:
        is_meant = on in (ANY, kind) or (on == OBSERVABLE and kind in tables.OBSERVABLES)
        is_meant = is_meant or (on == CUSTOM and kind not in STANDARD)
        if is_meant and code in (ANY, problem.reason.code) and re.search(place, problem.path):
            return why
    return None


def theirs_only(text: str, obj: dict[str, object]) -> str | None:
    """Return the clause by which we accept what the peer refuses with this message, or None."""
    return next((why for form, applies, why in THEIRS_ONLY if re.search(form, text) and applies(obj)), None)


def batches(maker: Maker, count: int) -> Iterator[list[Any]]:
    """Yield the examples of every rule that the peer can be asked about, then random objects."""
    asked = [obj for example in EXAMPLES for obj in (example.broken, example.kept) if is_askable(obj)]
    yield asked
    left = count - len(asked)
    while left > 0:
        yield list(maker.objects(min(BATCH, left)))
        left -= BATCH


def is_askable(obj: Any) -> bool:
    """Whether the peer looks at a value at all: it asks for an object with `type` and `id`, and knows no 2.2."""
    return isinstance(obj, dict) and isinstance(obj.get("type"), str) and isinstance(obj.get("id"), str)


def main() -> int:
    """Run; 1 where a difference is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=2126)
    options = parser.parse_args()
    if not PEER.exists():
        print("prove/validate: skipped, needs `make peers`")
        return 0
    agreed, explained, unexplained, reached = 0, Counter[str](), [], set[str]()
    for objects in batches(Maker(options.seed), SIZES[options.size]):
        answers = judged_by_peer([json.dumps(obj) for obj in objects])
        for obj, answer in zip(objects, answers, strict=True):
            problems = validate(obj, check_pattern=check_pattern, look_up=AT_HAND.get)
            reached.update(problem.reason.code for problem in problems)
            if is_valid(problems) == answer["valid"]:
                agreed += 1
                continue
            why = explanation(obj, problems, answer)
            if why is None:
                unexplained.append((obj, problems, answer))
            else:
                explained[why] += 1
    print(f"prove/validate: {agreed} verdicts agree, {sum(explained.values())} differ for a reason of the standard")
    for why, count in explained.most_common():
        print(f"  {count:7}  {why}")
    for obj, problems, answer in unexplained[:20]:
        print("UNEXPLAINED", json.dumps(obj)[:600])
        print("   ours  ", [(each.path, each.reason.code) for each in problems if each.severity == "error"])
        print("   theirs", answer["errors"])
    missed = sorted({example.code for example in EXAMPLES} - reached - UNREACHABLE)
    print(f"prove/validate: {len(unexplained)} unexplained; {len(reached)} reasons reached, missed: {missed or 'none'}")
    return int(bool(unexplained or missed))


if __name__ == "__main__":
    sys.exit(main())
