# SPDX-License-Identifier: MIT
"""Leaks that somebody could build into the gate by mistake: each a small change of the product, and what it would do.

A mutant is `Mutant(file, before, after, leak)`: the text `before` stands in the file exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass

RULES = "core/release/rules.py"
AT = "core/release/circumstances.py"
LOCAL = "core/release/local.py"
CLOSURE = "core/release/closure.py"
RELEASED = "core/release/released.py"
FORMS = "core/release/forms.py"
LATTICE = "core/markings/lattice.py"
LABELS = "core/markings/labels.py"
CEILING = "core/markings/ceiling.py"
IDS = "base/ids.py"
VIEWING, SIGHTS, READING_SERVICE = (f"services/{name}.py" for name in ("viewing", "node/sights", "reading"))
VIEWING_STORE, PERSONS_STORE, PERSONS = "store/viewing.py", "store/persons.py", "services/persons.py"
HOLDINGS_SERVICE, DOOR = "services/holdings.py", "faces/api/admission.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One leak.

    Attributes:
        file: below src/tasuki.
        leak: what would get out, or who would get it.
    """

    file: str
    before: str
    after: str
    leak: str


def _rule(number: str, judge: str) -> Mutant:
    return Mutant(RULES, f'    ("{number}", {judge}),\n', "", f"rule {number} is never asked")


RULES_LEFT_OUT = tuple(
    _rule(number, judge)
    for number, judge in (
        ("R1", "_known_reader"),
        ("R3", "_blocked"),
        ("R4", "_marked"),
        ("R5", "_red"),
        ("R6", "_caveat"),
        ("R7", "_classified"),
        ("R8", "_in_time"),
        ("R9", "_others_say"),
        ("R10", "_named"),
        ("R11", "_community"),
        ("R12", "_local"),
    )
)

DECISION = (
    Mutant(RULES, "if reader.desk in rules.readers:", "if reader.participant:", "anybody is a reader"),
    Mutant(
        RULES,
        "if reader.desk != rules.home or",
        "if reader.participant != rules.home.participant or",
        "a whole state holds",
    ),
    Mutant(
        RULES,
        "if reader.desk != rules.home or (label.tlp is Tlp.RED and label.originators - {rules.home.participant}):",
        "if reader.desk != rules.home:",
        "who runs the node reads another's RED",
    ),
    Mutant(
        RULES,
        "left = label.blocked - at.lifted",
        "left = label.blocked - at.lifted - {labels.VICTIM_CONSENT}",
        "a victim need not agree",
    ),
    Mutant(
        RULES,
        "return (False, why.UNKNOWN_BLOCK.because(code=min(left)[:60])) if left else None",
        "return None",
        "a block of a later version blocks nothing",
    ),
    Mutant(
        RULES,
        "    if label.tlp is None:\n        return False, why.NO_TLP.because()\n",
        "",
        "the unmarked goes on to the other rules",
    ),
    Mutant(
        RULES,
        "return None if label.originators else (False, why.NO_ORIGINATOR.because())",
        "return None",
        "what nobody made may go",
    ),
    Mutant(
        RULES,
        "    if not reader.person:\n        return False, why.RED.because(reader=str(reader))\n",
        "",
        "RED asks for no person",
    ),
    Mutant(
        RULES,
        "return None if reader in (label.releasable_to or ()) else",
        "return None if any(each.covers(reader) for each in label.releasable_to or ()) else",
        "RED goes to anybody of an organisation that a caveat names",
    ),
    Mutant(
        RULES,
        "return None if reader in (label.releasable_to or ()) else",
        "return None if label.releasable_to is None else",
        "RED without a caveat goes to any person",
    ),
    Mutant(
        RULES,
        "    if label.tlp is not Tlp.RED:\n        return None\n",
        "    return None\n",
        "RED is no more than AMBER",
    ),
    Mutant(
        RULES,
        "if allowed is None or any(each.covers(reader) for each in allowed):",
        "if not allowed or any(each.covers(reader) for each in allowed):",
        "a caveat for nobody is none (MISP#4200)",
    ),
    Mutant(
        RULES,
        "if allowed is None or any(each.covers(reader) for each in allowed):",
        "if allowed is None or any(reader.covers(each) for each in allowed):",
        "a whole participant gets what is for one of its desks",
    ),
    Mutant(
        RULES,
        "if allowed is None or any(each.covers(reader) for each in allowed):",
        "if allowed is None or any(each.participant == reader.participant for each in allowed):",
        "a caveat counts for the whole participant",
    ),
    Mutant(
        RULES,
        "if reader.participant not in rules.ceilings.get(each, ()):",
        "if each in rules.ceilings and reader.participant not in rules.ceilings[each]:",
        "a classification nobody listed goes",
    ),
    Mutant(
        RULES,
        "for each in sorted(label.classifications):",
        "for each in sorted(label.classifications)[:1]:",
        "one classification hides another",
    ),
    Mutant(
        RULES,
        "takers | {each.id}",
        "takers | {each.id} | {other.id for other in profile.participants}",
        "every participant takes every level",
    ),
    Mutant(RULES, "at.now >= label.until:", "at.now > label.until:", "it goes at the very moment it ends"),
    Mutant(RULES, "at.now >= label.until:", "at.now <= label.until:", "it goes after its time and not before"),
    Mutant(
        RULES,
        "if label.embargo is None or at.now >= label.embargo or any(",
        "if label.embargo is None or at.now <= label.embargo or any(",
        "an embargo begins where it ends",
    ),
    Mutant(
        RULES,
        "any(each.covers(reader) for each in label.ahead or ()):",
        "not label.ahead or any(each.covers(reader) for each in label.ahead):",
        "an embargo with nobody ahead holds nobody back",
    ),
    Mutant(RULES, "return max(label.tlp, Tlp.AMBER_STRICT)", "return label.tlp", "who got it ahead may pass it on"),
    Mutant(
        RULES,
        "return max(label.tlp, Tlp.AMBER_STRICT)",
        "return min(label.tlp, Tlp.AMBER_STRICT)",
        "an embargo opens RED",
    ),
    Mutant(
        RULES, "needed = label.consent_of\n", "needed = frozenset[ParticipantId]()\n", "originator control asks nobody"
    ),
    Mutant(
        RULES,
        "        needed |= label.originators\n",
        "        needed &= label.originators\n",
        "the third-party rule asks nobody",
    ),
    Mutant(
        RULES,
        "if _tlp(label, at) not in (Tlp.CLEAR, Tlp.GREEN):\n        needed",
        "if _tlp(label, at) is Tlp.AMBER:\n        needed",
        "AMBER+STRICT and RED of others go on",
    ),
    Mutant(
        RULES,
        "return needed - at.agreed - {rules.home.participant, reader.participant}",
        "return frozenset() if at.agreed & needed else needed - {rules.home.participant, reader.participant}",
        "one originator agrees for all",
    ),
    Mutant(
        RULES,
        "return needed - at.agreed - {rules.home.participant, reader.participant}",
        "return needed - at.agreed - {each.id for each in rules.profile.participants}",
        "whoever is in the partnership need not be asked",
    ),
    Mutant(
        RULES,
        "if tlp in (Tlp.AMBER, Tlp.AMBER_STRICT) and not reader.organisation:",
        "if tlp is Tlp.AMBER_STRICT and not reader.organisation:",
        "AMBER goes to a state as a whole",
    ),
    Mutant(
        RULES,
        "if tlp in (Tlp.AMBER, Tlp.AMBER_STRICT) and not reader.organisation:",
        "if tlp is Tlp.AMBER and not reader.organisation:",
        "AMBER+STRICT goes to a state as a whole",
    ),
    Mutant(
        RULES,
        "not any(each.covers(reader) for each in rules.profile.community):",
        "not any(each.participant == reader.participant for each in rules.profile.community):",
        "GREEN goes to those beside the community",
    ),
    Mutant(
        RULES,
        "    for rule in rules.local:\n",
        "    for rule in rules.local[1:]:\n",
        "the first local rule is not asked",
    ),
    Mutant(
        RULES,
        "if label.embargo is not None or label.until is not None or not at.is_plain:",
        "if label.embargo is not None or label.until is not None:",
        "what one release was agreed to, the memory of the gate allows to others",
    ),
    Mutant(
        RULES,
        "if label.embargo is not None or label.until is not None or not at.is_plain:",
        "if label.embargo is not None or not at.is_plain:",
        "the memory of the gate lets what ended go on",
    ),
    Mutant(
        RULES,
        "if known is not None and (known[0] is label or known[0] == label):",
        "if known is not None:",
        "a number that was given twice answers for another label",
    ),
    Mutant(
        RULES,
        "known = self._known.get((number, reader))",
        "known = self._known.get((number, Audience(reader.participant)))",
        "one answer for a whole state",
    ),
    Mutant(RULES, "for rule, judge in RULES[:2]:", "for rule, judge in RULES[:1]:", "the logs have no holder"),
    Mutant(
        RULES, 'return Verdict(allowed=False, rule="R14"', 'return Verdict(allowed=True, rule="R14"', "default allow"
    ),
    Mutant(
        RULES,
        'return Verdict(allowed=False, rule="R0"',
        'return Verdict(allowed=True, rule="R0"',
        "what was recalled goes",
    ),
)

CONSENT = (
    Mutant(
        AT,
        "if grant.audience.covers(reader) and now < grant.until",
        "if now < grant.until",
        "a consent for one audience counts for all",
    ),
    Mutant(
        AT,
        "if grant.audience.covers(reader) and now < grant.until",
        "if reader.covers(grant.audience) and now < grant.until",
        "a consent for a desk counts for its state",
    ),
    Mutant(AT, "and now < grant.until", "and now <= grant.until", "a consent counts when it has ended"),
    Mutant(AT, "and now < grant.until", "", "a consent never ends"),
    Mutant(
        AT,
        "each.digest == part.digest and each.purpose == part.purpose",
        "each.digest == part.digest",
        "a consent counts for every purpose",
    ),
    Mutant(
        AT,
        "each.digest == part.digest and each.purpose == part.purpose",
        "each.purpose == part.purpose",
        "a consent counts for every version",
    ),
    Mutant(AT, "if all(who in each.agreed", "if any(who in each.agreed", "consent to one part counts for all parts"),
    Mutant(
        AT, "and all(code in each.lifted", "and any(code in each.lifted", "one lifted block lifts those of other parts"
    ),
    Mutant(
        AT,
        "if each.kind is GrantKind.ONWARD]",
        "if each.by is not None or each.kind]",
        "a victim's consent counts as the originator's",
    ),
    Mutant(
        AT,
        "GrantKind.ONWARD: frozenset[str](),",
        "GrantKind.ONWARD: frozenset({VICTIM_CONSENT}),",
        "the originator agrees for the victim",
    ),
    Mutant(
        AT,
        "GrantKind.VICTIM: frozenset({VICTIM_CONSENT}),",
        "GrantKind.VICTIM: frozenset({VICTIM_CONSENT, PERSONAL_DATA}),",
        "a victim agrees for everybody else in the data",
    ),
    Mutant(
        AT,
        "if any(each.covers(reader) for each in part.addressed) else None",
        "if part.addressed else None",
        "what was addressed to one organisation is read by all",
    ),
    Mutant(
        AT,
        "return part.own.originators | part.own.consent_of",
        "return part.own.originators",
        "who must be asked but made nothing is not asked for every part",
    ),
    Mutant(
        AT,
        "return not self.agreed and not self.lifted",
        "return not self.agreed",
        "the memory of the gate keeps what was lifted once",
    ),
)

LOCALS = (
    Mutant(
        LOCAL,
        "(self.tlp is None or tlp in self.tlp)",
        "(self.tlp is None or label.tlp in self.tlp)",
        "a local rule misses what is under embargo",
    ),
    Mutant(
        LOCAL, "(self.pap is None or label.pap in self.pap)", "(self.pap is None)", "a local rule on PAP never speaks"
    ),
    Mutant(
        LOCAL,
        "any(each.covers(reader) for each in self.to)",
        "reader in self.to",
        "a local rule misses the desks of those it names",
    ),
    Mutant(
        LOCAL,
        "not self.originators.isdisjoint(label.originators)",
        "self.originators >= label.originators",
        "a local rule misses mixed material",
    ),
    Mutant(
        LOCAL,
        "not self.classifications.isdisjoint(label.classifications)",
        "self.classifications >= label.classifications",
        "a local rule misses a second classification",
    ),
    Mutant(
        LOCAL,
        "if unknown or not row.keys() & set(_CONDITIONS):",
        "if not row.keys() & set(_CONDITIONS):",
        "a condition nobody knows is left out",
    ),
)

MEETING = (
    Mutant(
        LATTICE,
        "    return max(one, other)\n\n\ndef _stricter",
        "    return min(one, other)\n\n\ndef _stricter",
        "the widest TLP wins",
    ),
    Mutant(
        LATTICE,
        "    if one is None or other is None:\n        return None\n    return max",
        "    if one is None or other is None:\n        return one or other\n    return max",
        "what hangs on something unmarked goes",
    ),
    Mutant(
        LATTICE,
        "blocked=one.blocked | other.blocked,",
        "blocked=one.blocked & other.blocked,",
        "a block of one part is lost",
    ),
    Mutant(
        LATTICE,
        "originators=one.originators | other.originators,",
        "originators=one.originators & other.originators,",
        "third parties are forgotten",
    ),
    Mutant(
        LATTICE,
        "consent_of=one.consent_of | other.consent_of,",
        "consent_of=one.consent_of & other.consent_of,",
        "originator control is forgotten",
    ),
    Mutant(
        LATTICE,
        "classifications=one.classifications | other.classifications,",
        "classifications=one.classifications,",
        "the classification of what it refers to is forgotten",
    ),
    Mutant(
        LATTICE,
        "embargo=_stricter(one.embargo, other.embargo, max),",
        "embargo=_stricter(one.embargo, other.embargo, min),",
        "the earlier embargo ends both",
    ),
    Mutant(
        LATTICE,
        "until=_stricter(one.until, other.until, min),",
        "until=_stricter(one.until, other.until, max),",
        "the later end counts",
    ),
    Mutant(
        LATTICE,
        "ahead=_both(one.ahead, other.ahead),",
        "ahead=one.ahead or other.ahead,",
        "who is ahead of one embargo is ahead of all",
    ),
    Mutant(
        LATTICE,
        "pap=_stricter(one.pap, other.pap, max),",
        "pap=_stricter(one.pap, other.pap, min),",
        "the widest PAP wins",
    ),
    Mutant(
        LATTICE,
        "return _minimal(kept)",
        "return _minimal(one | other)",
        "two caveats together allow whom either allows",
    ),
    Mutant(
        LATTICE,
        "    if one is None:\n        return other\n    if other is None:\n        return one\n    kept",
        "    if one is None or other is None:\n        return None\n    kept",
        "what carries no caveat opens what does",
    ),
    Mutant(
        LATTICE,
        "if not any(wider in known for wider in _wider(each)))",
        "if any(wider in known for wider in _wider(each)))",
        "a caveat loses whom it names",
    ),
    Mutant(
        LATTICE,
        "    if len(named) > MAX_CAVEAT_AUDIENCES:\n        return None\n",
        "",
        "a caveat too long to read is cut",
    ),
    Mutant(
        LATTICE,
        "    except ValueError:\n        return None\n",
        "    except ValueError:\n        return frozenset()\n",
        "an unreadable caveat is told as an empty one",
    ),
    Mutant(
        LABELS, "tlp=max(named) if named else None", "tlp=max(named) if named else Tlp.GREEN", "the unmarked is GREEN"
    ),
    Mutant(
        LABELS,
        "tlp=max(named) if named else None",
        "tlp=min(named) if named else None",
        "the widest of two markings counts",
    ),
    Mutant(
        LABELS,
        "parts.append(blocking(UNKNOWN_CAVEAT) if allowed is None else",
        "parts.append(WIDEST if allowed is None else",
        "a caveat nobody can read is none",
    ),
    Mutant(LABELS, "    parts.extend(blocking(code) for code in blocked)\n", "", "what blocks an object is forgotten"),
    Mutant(
        LABELS,
        "return label if ahead is not None else meet(label, blocking(UNKNOWN_CAVEAT))",
        "return label",
        "an unreadable list of those ahead is told as an empty one",
    ),
    Mutant(
        LABELS,
        "        return meet(label, blocking(UNKNOWN_MARKING))",
        "        return label",
        "an unreadable classification is none",
    ),
    Mutant(
        LABELS,
        "    if label.consent_of:\n        said[",
        "    if not label:\n        said[",
        "originator control does not travel",
    ),
    Mutant(
        LABELS,
        "    if label.until is not None:\n        said[",
        "    if not label:\n        said[",
        "its end does not travel",
    ),
    Mutant(
        LABELS,
        "    if label.embargo is not None:\n        said[",
        "    if not label:\n        said[",
        "an embargo does not travel",
    ),
    Mutant(
        LABELS,
        "    if label.classifications:\n        said[",
        "    if not label:\n        said[",
        "a classification does not travel",
    ),
    Mutant(LABELS, "    if not codes <= set(BLOCKS):", "    if False:", "a block nobody knows is taken from the wire"),
)

CLOSING = (
    Mutant(
        CLOSURE,
        "                stack.append(target)\n                mine = own(target)",
        "                mine = own(target)",
        "only direct references count",
    ),
    Mutant(
        CLOSURE,
        "                    number = meet_numbers(number, mine)",
        "                    number = mine",
        "the last reference decides for all",
    ),
    Mutant(
        CLOSURE,
        "        if len(seen) > limit:",
        "        if len(seen) > limit * 2:",
        "a closure too large is taken for whole",
    ),
    Mutant(
        RELEASED,
        "return ask(closure_number, closure, reader, at) if both == closure else ask(0, both, reader, at)",
        "return ask(closure_number, closure, reader, at)",
        "an older, narrower holding goes by the label of the newest",
    ),
    Mutant(RELEASED, "    both = meet(own, closure)\n", "    both = own\n", "nobody looks at what it refers to"),
    Mutant(
        RELEASED,
        "        if verdict.allowed:\n            going",
        "        if verdict is not None:\n            going",
        "a verdict is taken for a yes",
    ),
    Mutant(
        RELEASED,
        "_out(candidate, labels[candidate.own], str(reader))",
        "_out(candidate, label_to_json(candidate.closure), str(reader))",
        "the manifest tells of what stays",
    ),
    Mutant(
        RELEASED,
        "    if key is not _KEY:",
        "    if self is None:".replace("self", "key"),
        "anybody makes what may leave",
    ),
    Mutant(
        RELEASED,
        'if self.audience and self.audience.partition("/")[0] != participant:',
        "if False:",
        "one partner's bytes go to another",
    ),
    Mutant(
        RELEASED,
        "    if message.keys() != forms.keys():",
        "    if not message.keys() >= forms.keys():",
        "a notice carries a member more",
    ),
    Mutant(RELEASED, "        if not fits(message[name]):", "        if False:", "a notice carries anything"),
    Mutant(
        RELEASED,
        """if kind == "mirror" and str(message["log"]).split("/")[4] != audience.partition("/")[0]:""",
        "if False:",
        "one partner gets the log kept with another",
    ),
    Mutant(
        RELEASED,
        """if kind == "recovered" and not str(message["log"]).startswith(f"tasuki/{audience}/pair/"):""",
        "if False:",
        "a restored partner is given back the log of another",
    ),
    Mutant(
        RELEASED,
        "        if not verdict.allowed:\n            raise",
        "        if False:\n            raise",
        "a document takes a denied part along",
    ),
    Mutant(
        RELEASED,
        "        if verdict.rules_digest != policy:",
        "        if False:",
        "a document is released by rules of yesterday",
    ),
    Mutant(
        RELEASED,
        "    if not verdicts:\n        raise",
        "    if False:\n        raise",
        "a document nobody decided on leaves",
    ),
    Mutant(
        FORMS, "        and body.keys() <= known.keys()\n", "", "a mirrored leaf carries more than the partner knows"
    ),
    Mutant(
        FORMS,
        "0 < len(value) <= MAX_SENTENCE and value.isprintable()",
        "0 < len(value) <= MAX_SENTENCE * 99",
        "a sentence carries a page",
    ),
    Mutant(
        FORMS,
        'r"tasuki/[A-Z]{3}/[a-z0-9-]{1,32}/pair/[A-Z]{3}(?:/[0-9]{4}/[0-9]{1,16})?"',
        'r"tasuki/[A-Z]{3}/[a-z0-9-]{1,32}/(?:audit|pair/[A-Z]{3})(?:/[0-9]{4}/[0-9]{1,16})?"',
        "the private audit log is mirrored",
    ),
)

READING = (
    Mutant(
        CEILING,
        "    if _surely_clear(raw, ceilings):",
        "    if raw.isascii():",
        "a mark above the ceiling in plain ASCII is held",
    ),
    Mutant(CEILING, "            yield from item\n", "", "a mark in the name of a member is held"),
    Mutant(
        CEILING,
        'if not raw.isascii() or b"\\\\u" in raw:',
        "if not raw.isascii():",
        "an escaped mark above the ceiling is held",
    ),
    Mutant(IDS, 'and self.person in ("", other.person)', "", "a person covers everybody of the desk"),
    Mutant(IDS, 'and self.capacity in ("", other.capacity)', "", "a capacity covers all others"),
    Mutant(IDS, 'and self.organisation in ("", other.organisation)', "", "an organisation covers all others"),
    Mutant(
        IDS,
        "            self.participant == other.participant\n",
        "            True\n",
        "a desk of one state covers its like of another",
    ),
)

PURE = (*RULES_LEFT_OUT, *DECISION, *CONSENT, *LOCALS, *MEETING, *CLOSING, *READING)
"""Leaks in what decides."""


MARKINGS = "formats/stix/markings.py"
MEANING = "formats/stix/meaning.py"
CAVEATS = "formats/stix/caveats.py"
TLP = "formats/stix/tlp.py"
ADMISSION = "formats/stix/admission.py"
REFERENCES = "formats/stix/references.py"
LABELLING = "services/labelling/own.py"
DEFINITIONS = "services/labelling/definitions.py"
SETTLING = "services/settling.py"
INTAKE = "services/intake.py"
WEIGHING = "services/release/weighing.py"
SHARING = "services/release/sharing.py"
LEAVING = "services/release/leaving.py"
MARKING = "services/release/marking.py"
SENDING = "store/sending.py"
STORED = "store/release.py"

FORMS_OF_MARKINGS = (
    Mutant(
        MARKINGS,
        "            unknown.add(identifier)\n            continue\n",
        "            continue\n",
        "a marking nobody knows is none (connectors#6593)",
    ),
    Mutant(
        MARKINGS,
        "        if meaning.unread:\n            unknown.add(identifier)\n        elif",
        "        if",
        "half a marking is taken for whole",
    ),
    Mutant(
        MARKINGS,
        "definition = FIXED.get(identifier) or lookup(identifier)",
        "definition = lookup(identifier) or FIXED.get(identifier)",
        "a stranger redefines TLP:RED",
    ),
    Mutant(
        MARKINGS,
        "name, reader = EXTENSIONS.get(identifier, (identifier, None))\n",
        "name, reader = EXTENSIONS.get(identifier, EXTENSIONS[TLP_2])\n",
        "an extension nobody knows is read as TLP",
    ),
    Mutant(
        MARKINGS,
        'if kind not in (None, "tlp", "pap", "statement"):',
        "if kind is None and said:",
        "a kind of marking nobody knows is a statement",
    ),
    Mutant(MARKINGS, 'if kind == "tlp" or "tlp" in said:', 'if kind == "tlp":', "a TLP beside a statement is not read"),
    Mutant(
        CAVEATS,
        "if not isinstance(value, dict) or not value.keys() & CAVEAT_MEMBERS.keys():",
        "if not isinstance(value, dict):",
        "a caveat that says nothing is understood",
    ),
    Mutant(
        CAVEATS,
        "return found if len(found) == len(value) else None",
        "return found",
        "an audience that is no text is left out",
    ),
    Mutant(
        CAVEATS,
        'ahead = frozenset(_texts(value.get("ahead")) or ())',
        'ahead = frozenset(_texts(value.get("releasable_to")) or ())',
        "a caveat opens its own embargo",
    ),
    Mutant(
        TLP,
        '"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",',
        '"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "amber",',
        "TLP 1 RED is AMBER",
    ),
    Mutant(
        TLP,
        '"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",',
        '"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "green",',
        "AMBER+STRICT is GREEN",
    ),
    Mutant(
        ADMISSION,
        "        if name in _MARKING:\n            markings[target] = None\n",
        '        if name == "object_marking_refs":\n            markings[target] = None\n',
        "granular markings count for nothing",
    ),
    Mutant(ADMISSION, "    wrong = _marked_wrongly(obj)\n", "    wrong = None\n", "markings nobody can read are none"),
    Mutant(
        ADMISSION,
        "            found.update(dict.fromkeys(each for each in mentions(target) if _is_id(each)))",
        "            continue",
        "a custom property tells of what stays",
    ),
    Mutant(
        REFERENCES,
        'elif "--" in value and value is not own:',
        "elif False:",
        "a text names the id of what stays (opencti#17576)",
    ),
    Mutant(
        REFERENCES,
        '            if "--" in name:\n',
        "            if not name:\n",
        "the name of a member names the id of what stays",
    ),
    Mutant(
        REFERENCES,
        "            elif isinstance(value, (dict, list)):\n",
        "            elif isinstance(value, list):\n",
        "references in extensions are not followed",
    ),
    Mutant(
        REFERENCES,
        '_REFERRING: Final = ("_ref", "_refs")',
        '_REFERRING: Final = ("_ref",)',
        "object_refs are not followed (opencti#17576)",
    ),
)
"""Leaks in reading what an object says of itself."""

ACTS = (
    Mutant(
        LABELLING,
        "found = [codes.UNKNOWN_MARKING] if markings.unknown else []",
        "found: list[str] = []",
        "a marking without definition goes",
    ),
    Mutant(
        LABELLING,
        "    if not handling.is_known:\n        found.append(codes.UNKNOWN_HANDLING)\n    elif",
        "    if",
        "unknown handling goes",
    ),
    Mutant(
        LABELLING,
        "handling.personal_data is PersonalData.YES or markings.personal_data:",
        "markings.personal_data:",
        "personal data goes",
    ),
    Mutant(
        LABELLING,
        "    if handling.keeps_victim:\n        found.append(codes.VICTIM_CONSENT)\n",
        "",
        "a victim is not asked",
    ),
    Mutant(
        LABELLING,
        "besides=meet(besides(markings), terms.besides),",
        "besides=terms.besides,",
        "only TLP and caveats of a marking count",
    ),
    Mutant(
        LABELLING,
        "return label if terms.given is None else meet(label, terms.given)",
        "return label",
        "what a partner states of its own counts for nothing",
    ),
    Mutant(
        DEFINITIONS,
        "chosen = by_source.get(source) or by_source.get(holdings.LOCAL) or (found[0] if found else None)",
        "chosen = found[-1] if found else None",
        "a partner redefines our markings",
    ),
    Mutant(
        SETTLING,
        "return tuple(each for each in admitted.references if each not in UNIVERSAL)",
        "return ()",
        "references do not count",
    ),
    Mutant(
        INTAKE,
        "originators=label.originators | {originator, arrival.partner}",
        "originators=label.originators",
        "a partner hides whose material it sends",
    ),
    Mutant(
        INTAKE,
        "return [(row, State.RECALLED if row.stix_id in buried else State.HELD) for row in rows]",
        "return [(row, State.HELD) for row in rows]",
        "what was recalled comes back",
    ),
    Mutant(
        INTAKE,
        "    if mark is not None:\n        return _spilt(piece, mark)\n    admitted",
        "    admitted",
        "what lies above the ceiling is held",
    ),
    Mutant(
        WEIGHING,
        "    if row.stix_id in buried:\n        return why.RECALLED",
        "    if not row.stix_id:\n        return why.RECALLED",
        "what was recalled goes again",
    ),
    Mutant(
        WEIGHING,
        "    if row.position not in current:\n        return why.REPLACED",
        "    if not row.position:\n        return why.REPLACED",
        "a version that was narrowed goes in its old form",
    ),
    Mutant(
        WEIGHING,
        "if until is not None and until <= now:",
        "if until is not None and until > now:",
        "what was due for disposal goes",
    ),
    Mutant(
        WEIGHING,
        "            own = meet(own, self._label(row.mark))\n",
        "            own = own or self._label(row.mark)\n",
        "a mark by hand does not travel",
    ),
    Mutant(
        WEIGHING,
        "return standing.source == LOCAL, standing.version, standing.position",
        "return standing.source != LOCAL, standing.version, standing.position",
        "a partner's copy goes instead of our own",
    ),
    Mutant(
        WEIGHING,
        "    if audience.participant == node.me.participant:\n        raise",
        "    if not audience.participant:\n        raise",
        "we send to ourselves",
    ),
    Mutant(
        WEIGHING,
        'if partner is None or partner.state != "trusted":',
        "if partner is None:",
        "a partner nobody compared gets everything",
    ),
    Mutant(
        SHARING,
        "going = sorted(held[each].standing.position for each in wanted if verdicts[each].allowed)",
        "going = sorted(held[each].standing.position for each in wanted if each in held)",
        "sharing does not ask",
    ),
    Mutant(
        LEAVING,
        "            if each.verdict.allowed\n        }",
        "        }",
        "the sealer counts what stays among what goes",
    ),
    Mutant(
        LEAVING,
        "    if [each.standing.stix_id for each in allowed] != [each.stix_id for each in released.objects]:\n"
        "        return False\n",
        "",
        "what was narrowed between signing and commit leaves",
    ),
    Mutant(
        LEAVING,
        "    sending.note_gone(connection, released.audience, going)\n",
        "",
        "a recall does not know who got it",
    ),
    Mutant(
        MARKING,
        "marks = {each: met.number(known.get(each)) for each in numbers.values()}",
        "marks = {each: met.number(None) for each in numbers.values()}",
        "a second mark takes the first away",
    ),
    Mutant(
        MARKING,
        "        if each.originator != node.me.participant:\n            stix_id",
        "        if not each.originator:\n            stix_id",
        "another's unmarked material gets a level of ours",
    ),
    Mutant(
        SENDING,
        "HOLDINGS.c.state == State.HELD.value",
        "HOLDINGS.c.state != State.DISPOSED.value",
        "what was recalled still stands to be sent",
    ),
    Mutant(
        SENDING,
        "return _sent(connection, stix_ids, SENT.c.gone)",
        "return _sent(connection, stix_ids, sa.true())",
        "a recall tells a partner of what it never got",
    ),
    Mutant(
        STORED,
        "        frontier = [key for key, _ in moved]\n",
        "        frontier = []\n",
        "what hangs further away is not narrowed",
    ),
    Mutant(
        STORED,
        "self.own.update((key, rows[key][0] if key in rows else self.missing) for key in wanted)",
        "self.own.update((key, rows[key][0] if key in rows else self.own.get(key, 1)) for key in wanted)",
        "what is not held narrows nothing",
    ),
    Mutant(
        STORED,
        "    return _close_dependents(connection, _Graph(connection, labels), list(ids))\n",
        "    return 0\n",
        "what referred to something disposed of still goes",
    ),
)
"""Leaks in the acts around the decision, and in what the store remembers for it."""


READERS = (
    Mutant(VIEWING_STORE, "    yield ~better\n", "", "older versions and copies of other sources are shown to readers"),
    Mutant(VIEWING_STORE, "    yield ~buried\n", "", "what was recalled is shown to readers"),
    Mutant(
        VIEWING_STORE, '    yield ~_among(shape, HOLDINGS.c.handling, "due")\n', "", "what is due is shown to readers"
    ),
    Mutant(
        VIEWING_STORE,
        'return sa.or_(allowed, sa.and_(_among(shape, label, "perhaps"), turned))',
        "return sa.or_(allowed, turned)",
        "what is addressed to a reader is asked about whatever forbids it",
    ),
    Mutant(
        VIEWING_STORE,
        "label = HOLDINGS.c.own_label if shape.whole else SUBJECTS.c.closure",
        "label = HOLDINGS.c.own_label",
        "readers see what refers to what they may not have",
    ),
    Mutant(
        VIEWING,
        "if row.label in self._scope.allowed or row.position in self._agreed]",
        "if row.label in self._scope.allowed or row.position]",
        "what somebody might have agreed to is shown as if they had",
    ),
    Mutant(
        VIEWING,
        "weighed if each.verdict.allowed}",
        "weighed}",
        "what nobody agreed to is shown to readers",
    ),
    Mutant(
        VIEWING,
        "            if self.node.gate.verdict(standing.own, label, self.reader, at).allowed:\n                found",
        "            found",
        "TLP:RED of a partner is shown to any person of the home",
    ),
    Mutant(
        VIEWING,
        'source == (row.holding.source if self.is_home else "")',
        'source in ("", row.holding.source)',
        "a reader can ask with a cursor which source gave something",
    ),
    Mutant(
        SIGHTS, "if known is None or now < known.at:", "if known is None:", "a clock put back leaves an embargo open"
    ),
    Mutant(
        SIGHTS,
        "while known.turning and known.turning[0][0] <= known.at:",
        "while False:",
        "what was allowed once stays allowed after its end",
    ),
    Mutant(
        HOLDINGS_SERVICE,
        "        require_active(connection, principal)\n",
        "",
        "an export goes on after its reader was removed",
    ),
    Mutant(
        READING_SERVICE,
        "reason = ALLOWED.because(tlp=str(own.tlp), reader=audience)",
        "reason = verdict.reason",
        "an explanation tells of another source's copy",
    ),
    Mutant(
        READING_SERVICE,
        "    if audience != str(principal.reader):\n"
        "        raise CallerError(ONLY_ITSELF.because(reader=str(principal.reader)))\n",
        "",
        "a reader asks what others may have",
    ),
    Mutant(
        READING_SERVICE,
        "    if sources:\n        raise CallerError(NO_SOURCES.because())\n",
        "",
        "a reader asks by source",
    ),
    Mutant(
        DOOR,
        "return admits is Admits.READER or (admits is Admits.HOME and principal.is_of(node.home))",
        "return admits is not Admits.KEEPER",
        "a reader of another desk may ask what the home may",
    ),
    Mutant(
        DOOR,
        "if len(said) != 1 or not said[0].lower().startswith(_BEARER):",
        "if not said[0].lower().startswith(_BEARER):",
        "who shows two tokens is let in by the first",
    ),
    Mutant(
        PERSONS_STORE,
        "connection.execute(PERSONS.update().where(PERSONS.c.name == name).values(digest=None))",
        "connection.execute(PERSONS.select())",
        "a token works after it was taken back",
    ),
    Mutant(
        PERSONS,
        "        if before is not None and before.person.reader != reader:\n"
        "            raise CallerError(why.TAKEN_BEFORE.because(name=name, of=str(before.person.reader.desk)))\n",
        "",
        "what was for one person comes to another of the same name",
    ),
)
"""Leaks to readers within the node."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Mutants and the tests that must see them, those first that see most."""

    mutants: tuple[Mutant, ...]
    tests: tuple[str, ...]


SUITES = (
    Suite(
        mutants=PURE,
        tests=("tests/unit/core/release", "tests/unit/core/markings", "tests/house/test_policy_page.py"),
    ),
    Suite(
        mutants=FORMS_OF_MARKINGS,
        tests=tuple(
            f"tests/unit/formats/stix/test_{name}.py" for name in ("markings", "tlp", "pap", "admission", "mentions")
        ),
    ),
    Suite(
        mutants=ACTS,
        tests=(
            "tests/unit/services/release",
            "tests/unit/services/labelling",
            "tests/unit/services/test_intake.py",
            "tests/contract/test_release.py",
            "tests/contract/test_sending.py",
            "tests/unit/services/withdrawal",
        ),
    ),
    Suite(
        mutants=READERS,
        tests=(
            "tests/contract/test_readers.py",
            "tests/contract/test_viewing.py",
            "tests/contract/test_persons.py",
            "tests/unit/services/node/test_sights.py",
            "tests/unit/faces/api/test_admission.py",
        ),
    ),
)
