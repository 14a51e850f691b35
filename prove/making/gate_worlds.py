# SPDX-License-Identifier: MIT
"""Random worlds for the release decision: a node, its profile, what it holds, and everything that decides.

A world is made from one number and is the same for the same number. Two features are forced into every world, so
that every pair of features meets; the rest is mostly harmless, so that late rules are reached too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random

SECOND = 1_000_000
DAY = 86_400 * SECOND
NOW = 1_772_323_200 * SECOND  # 2026-03-01T00:00:00Z
OWN = ""

PARTICIPANTS = ("AAA", "BBB", "CCC", "DDD")
ORGANISATIONS = ("cert", "police", "office")
CAPACITIES = ("csirt", "policy", "regulator")
PEOPLE = ("bell", "mori")
LEVELS = ("OPEN", "INTERNAL", "公開-2")
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
PAP = ("CLEAR", "GREEN", "AMBER", "RED")
TLP_2_IDS = dict(
    zip(
        TLP,
        (
            "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        ),
        strict=True,
    )
)
TLP_1_IDS = {
    "CLEAR": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "GREEN": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "AMBER": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "RED": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
CAVEAT_EXTENSION = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01"
PAP_EXTENSION = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
IEP_EXTENSION = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"
ACS_EXTENSION = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
KNOWN_EXTENSIONS = {TLP_EXTENSION, CAVEAT_EXTENSION, PAP_EXTENSION, IEP_EXTENSION, ACS_EXTENSION}
PAP_IDS = {
    "CLEAR": "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92",
    "GREEN": "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
    "AMBER": "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
    "RED": "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e",
}
IEP: dict[str, tuple[object, ...]] = {
    "tlp": ("white", "clear", "green", "amber", "amber+strict", "red"),
    "permitted_actions": (
        "externally-visible-direct-actions",
        "externally-visible-indirect-actions",
        "internally-visible-actions",
    ),
    "affected_party_notifications": ("may", "must-not"),
    "provider_attribution": ("may", "must"),
    "unmodified_resale": ("may", "must-not"),
    "encrypt_in_transit": ("may", "must"),
    "iep_version": (2.0,),
}
ACS_POLICY = "urn:isa:policy:acs:ns:v3.0?"
ACS_ACTIONS = ("ALL", "DSPLY", "IDSRC", "TENOT", "NETDEF", "LEGAL", "INTEL", "TEARLINE", "OPACTION", "REQUEST")
ACS_ACTIONS_FREE = ("TENOT", "OPACTION", "ANONYMOUSACCESS")
EVERY_ENTITY = ("MIL", "GOV", "CTR", "SVR", "SVC", "DEV", "NET")
ACS_CONTROLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("formal_determination", ("PUBREL", "AIS")),
    ("formal_determination", ("NF",)),
    ("formal_determination", ("NO-PII-PRESENT", "NF")),
    ("formal_determination", ("PII-NECESSARY-TO-UNDERSTAND-THREAT",)),
    ("formal_determination", ("INFORMATION-DIRECTLY-RELATED-TO-CYBERSECURITY-THREAT",)),
    ("caveat", ("POSSIBLEPII",)),
    ("sensitivity", ("PII",)),
    ("entity", EVERY_ENTITY),
    ("permitted_nationalities", ("AAA", "BBB")),
    ("permitted_nationalities", ("CCC",)),
)
ACS_STRANGE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("formal_determination", ("FOUO",)),
    ("caveat", ("FISA",)),
    ("sensitivity", ("PII", "LES")),
    ("shareability", ("NCC",)),
    ("entity", EVERY_ENTITY[:6]),
    ("permitted_nationalities", ("A1",)),
    ("permitted_organizations", ("USA.USG",)),
    ("sci_controls", ("SI",)),
    ("logical_authority_category", ("ABC",)),
    ("another", ("value",)),
)
STRANGE_IEP = (
    ("permitted_actions", "none"),
    ("permitted_actions", "contact-for-instruction"),
    ("provider_attribution", "must-not"),
    ("iep_version", 1.0),
    ("iep_version", "2.0"),
    ("tlp", "purple"),
    ("affected_party_notifications", "must"),
    ("start_date", "tomorrow"),
    ("external_references", "elsewhere"),
)
STRANGE_EXTENSION = "extension-definition--00000000-aaaa-4000-8000-000000000000"

UNREADABLE = ("AAA/", "AAA/cert@bell", "aaa/cert", "AAA/Cert:csirt", "AAAA", "AAA/cert:csirt@", "AAA/" + "x" * 33, "")
STRANGERS = ("ZZZ", "AAA/nobody", "AAA/cert:astrology", "ZZZ/cert:csirt@bell")
LIFTABLE = ("victim-consent", "personal-data")
KEPT_VICTIMS = ("not-asked", "refused", "national-only", "anonymous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an import, a manifest or a mark states; moments in microseconds since 1970, levels in capitals."""

    tlp: str | None = None
    pap: str | None = None
    caveat: tuple[str, ...] | None = None
    consent_of: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    embargo: int | None = None
    ahead: tuple[str, ...] = ()
    until: int | None = None
    originators: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    def parts(self) -> Iterable[tuple[str, str | int]]:
        """Yield the parts stated and their values, as the table `said` has them."""
        for part, value in (("tlp", self.tlp), ("pap", self.pap), ("embargo", self.embargo), ("until", self.until)):
            if value is not None:
                yield part, value
        if self.caveat is not None:
            yield "caveat", ""
        for part, values in (
            ("releasable_to", self.caveat or ()),
            ("ahead", self.ahead),
            ("consent_of", self.consent_of),
            ("classification", self.classifications),
            ("originator", self.originators),
            ("blocked", self.blocked),
        ):
            for value in dict.fromkeys(values):
                yield part, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a marking definition carries beside its id."""

    extensions: dict[str, dict[str, object]] = field(default_factory=dict)
    definition_type: str | None = None
    definition: dict[str, str] = field(default_factory=dict)

    def entries(self, table: str) -> Iterable[tuple[object, ...]]:
        """Yield the entries of ACS, as the tables `acs_sharing` and `acs_privilege` have them."""
        said = self.extensions.get(ACS_EXTENSION, {})
        if table == "acs_sharing":
            for number, each in enumerate(said.get("further_sharing", ())):
                yield from ((number, each["rule_effect"], scope) for scope in each["sharing_scope"])
        else:
            for number, each in enumerate(said.get("access_privilege", ())):
                yield number, each["privilege_action"], each["rule_effect"]

    def rows(self) -> Iterable[tuple[str, str, object]]:
        """Yield place, member and value, as the table `carries` has them."""
        if self.definition_type is not None:
            yield "definition_type", "", self.definition_type
        for member, text in self.definition.items():
            yield "definition", member, text
        for extension, members in self.extensions.items():
            yield extension, "", ""
            for member, value in _flat(members):
                for each in (dict.fromkeys(value) or (0,)) if isinstance(value, tuple) else (value,):
                    yield extension, member, "null" if each is None else each


def _flat(members: dict[str, object]) -> Iterable[tuple[str, object]]:
    """Yield members and their values; those within a member with both names, lists of objects not at all."""
    for member, value in members.items():
        if isinstance(value, dict):
            yield from ((f"{member}.{name}", inner) for name, inner in value.items())
        elif not isinstance(value, list):
            yield member, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """The handling basis of a holding; None where it is not stated."""

    collection: str | None = "own-analysis"
    purpose: str | None = "cyber-defence"
    permitted_use: str | None = "detect"
    personal_data: str | None = "no"
    victim: str = "no-victim"
    dispose_by: int | None = None


@dataclass(slots=True, kw_only=True)
class Held:
    """One holding."""

    id: str
    source: str
    version: int = 1
    arrival: int = 0
    digest: str = ""
    disposed: bool = False
    revoked: bool = False
    handling: Handling = Handling()
    markings: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    intake_blocks: tuple[str, ...] = ()
    imports: tuple[Words, ...] = ()
    manifest: Words | None = None
    addressed: tuple[str, ...] = ()
    content: Content | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark on an id: by hand where `partner` is empty, else the narrowing of what that partner gave."""

    id: str
    words: Words
    partner: str = OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A grant."""

    kind: str
    participant: str
    id: str
    digest: str
    audience: str
    purpose: str
    until: int
    withdrawn: bool = False


@dataclass(slots=True, kw_only=True)
class World:
    """One node and everything that a decision there may depend on."""

    number: int
    profile: dict[str, object]
    home: str
    now: int
    limit: int
    readers: tuple[str, ...]
    held: list[Held] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    recalls: list[tuple[str, str]] = field(default_factory=list)
    withdrawals: list[tuple[str, str, str, int]] = field(default_factory=list)
    """Id, partner, `revoke` or `correct`, and the version that the notice names."""

    permits: list[Permit] = field(default_factory=list)
    rules: list[dict[str, tuple[str, ...]]] = field(default_factory=list)
    outright: tuple[Words, tuple[str, ...], tuple[str, ...]] | None = None
    """A deciding label given outright for the one holding, with who agreed and what is lifted."""

    @property
    def here(self) -> str:
        """The participant whose node it is."""
        return self.home[:3]

    def rows(self, node: int) -> dict[str, list[tuple[object, ...]]]:
        """Return everything as rows of the tables of given.sql; holding and statement n are `node * 1000 + n`."""
        first = node * 1000
        made: dict[str, list[tuple[object, ...]]] = _profile_rows(self, node)
        statements = _Statements(first)
        for number, each in enumerate(self.held, first):
            basis = each.handling
            made["holding"].append(
                (
                    *(number, node, each.id, each.source, each.version, each.arrival, each.digest),
                    *(int(each.content is not None), int(each.disposed), int(each.revoked)),
                    *(basis.collection, basis.purpose),
                    *(basis.permitted_use, basis.personal_data, basis.victim, basis.dispose_by),
                )
            )
            made["marking"] += [(number, marking) for marking in dict.fromkeys(each.markings)]
            made["reference"] += [(number, reference) for reference in dict.fromkeys(each.references)]
            made["intake_block"] += [(number, code) for code in each.intake_blocks]
            made["import"] += [(number, statements.add(words)) for words in each.imports]
            if each.manifest is not None:
                made["manifest"].append((number, statements.add(each.manifest)))
                made["addressed"] += [(number, audience) for audience in each.addressed]
            if each.content is not None:
                made["carries"] += [(number, *row) for row in each.content.rows()]
                for table in ("acs_sharing", "acs_privilege"):
                    made[table] += [(number, *row) for row in each.content.entries(table)]
        made["mark"] = [
            (node, each.id, statements.add(each.words), int(not each.partner), each.partner) for each in self.marks
        ]
        made["said"] = statements.rows
        made["withdrawal"] = [(node, *each) for each in self.withdrawals]
        made["recall"] = [(node, *each) for each in self.recalls]
        made["permit"] = [
            (
                *(first + number, node, each.kind, each.participant, each.id, each.digest, each.audience),
                *(each.purpose, each.until, int(each.withdrawn)),
            )
            for number, each in enumerate(self.permits)
        ]
        if self.outright is not None:
            words, agreed, lifted = self.outright
            made["outright"] = [(first, *part) for part in words.parts()]
            made["outright"] += [(first, "agreed", each) for each in agreed] + [(first, "lifted", x) for x in lifted]
        return made


class _Statements:
    """Numbers statements and collects their rows."""

    def __init__(self, first: int) -> None:
        self.next = first
        self.rows: list[tuple[object, ...]] = []

    def add(self, words: Words) -> int:
        self.next += 1
        self.rows += [(self.next, *part) for part in words.parts()]
        return self.next


def _profile_rows(world: World, node: int) -> dict[str, list[tuple[object, ...]]]:
    organisation, _, capacity = world.home[4:].partition(":")
    made: dict[str, list[tuple[object, ...]]] = {
        "node": [(node, world.now, world.here, organisation, capacity, world.limit)],
        "reader": [(node, reader) for reader in world.readers],
        "community": [(node, each) for each in world.profile["community"]],
        "local_rule": [(node, number) for number in range(len(world.rules))],
        "local_member": [(node, number, member) for number, rule in enumerate(world.rules) for member in rule],
        "local_value": [
            (node, number, member, value)
            for number, rule in enumerate(world.rules)
            for member, values in rule.items()
            for value in dict.fromkeys(values)
        ],
    }
    for name in ("participant", "organisation", "capacity", "level", "taker"):
        made[name] = []
    for name in (
        "holding",
        "marking",
        "reference",
        "intake_block",
        "carries",
        "import",
        "manifest",
        "addressed",
        "acs_sharing",
        "acs_privilege",
    ):
        made[name] = []
    for each in world.profile["participants"]:
        made["participant"].append((node, each["id"]))
        made["level"] += [(node, each["id"], level["name"]) for level in each["ceiling"]["levels"]]
        made["taker"] += [
            (node, each["id"], level["name"], taker) for level in each["ceiling"]["levels"] for taker in level["to"]
        ]
        for unit in each["organisations"]:
            made["organisation"].append((node, each["id"], unit["id"]))
            made["capacity"] += [(node, each["id"], unit["id"], name) for name in unit["capacities"]]
    return made


def _text(text: str) -> dict[str, str]:
    return {"en": text, "ja": text}


@cache
def profile_of(number: int) -> dict[str, object]:
    """Return one of the profiles: two to four participants, a community that is seldom all of them."""
    chance = Random(number)
    codes = chance.sample(PARTICIPANTS, chance.choice((2, 2, 3, 3, 4)))
    participants = []
    for code in sorted(codes):
        units = chance.sample(ORGANISATIONS, chance.choice((1, 2, 2)))
        levels = chance.sample(LEVELS, chance.choice((1, 2)))
        participants.append(
            {
                "id": code,
                "name": _text(code),
                "organisations": [
                    {
                        "id": unit,
                        "name": _text(unit),
                        "capacities": chance.sample(CAPACITIES, chance.choice((1, 2))),
                    }
                    for unit in units
                ],
                "ceiling": {
                    "highest": _text("OPEN"),
                    "refused": ["SECRET"],
                    "levels": [
                        {
                            "name": level,
                            "to": chance.sample(
                                [each for each in sorted(codes) if each != code], chance.randrange(len(codes))
                            ),
                        }
                        for level in levels
                    ],
                },
            }
        )
    made: dict[str, object] = {
        "id": "made-up",
        "version": 1,
        "name": _text(f"profile {number}"),
        "participants": participants,
        "texts": {},
    }
    named = audiences_of(made)
    made["community"] = chance.sample(named, min(len(named), chance.choice((1, 2, 3))))
    if chance.random() < 0.2:
        made["community"] = sorted(codes)
    return made


def audiences_of(profile: dict[str, object]) -> list[str]:
    """Return everybody a profile lists."""
    named = []
    for each in profile["participants"]:
        named.append(each["id"])
        for unit in each["organisations"]:
            named.append(f"{each['id']}/{unit['id']}")
            named += [f"{each['id']}/{unit['id']}:{capacity}" for capacity in unit["capacities"]]
    return named


PROFILES = 400
Force = Callable[["Maker", Held], None]


class Maker:
    """Makes the world of one number."""

    def __init__(self, number: int, lies_in: World | None = None) -> None:
        """Start with an empty node: one of its own, or one that other worlds lie in as well.

        What lies in a node that others share is such as can happen to one: no label out of nothing, no small limit.
        """
        self.number = number
        self.chance = Random(number)
        self.shares = lies_in is not None
        profile = profile_of(self.chance.randrange(PROFILES)) if lies_in is None else lies_in.profile
        self.everybody = audiences_of(profile)
        self.desks = [each for each in self.everybody if ":" in each]
        self.home = self.chance.choice(self.desks) if lies_in is None else lies_in.home
        self.partners = [each["id"] for each in profile["participants"] if each["id"] != self.home[:3]]
        self.world = World(
            number=number,
            profile=profile,
            home=self.home,
            now=NOW + self.chance.randrange(DAY),
            limit=10_000 if self.rarely(0.95) else self.chance.choice((1, 2, 3)),
            readers=self._readers(),
        )
        if lies_in is not None:
            for name in ("now", "limit", "readers", "rules"):
                setattr(self.world, name, getattr(lies_in, name))
        self.objects: list[str] = []
        self.definitions = 0

    def rarely(self, likely: float) -> bool:
        """Return true with a probability."""
        return self.chance.random() < likely

    def _readers(self) -> tuple[str, ...]:
        chosen = {self.chance.choice(self.desks) for _ in range(2)} | {self.chance.choice(self.everybody)}
        if self.rarely(0.3):
            chosen.add(self.home)
        if self.rarely(0.4):
            chosen.add(f"{self.chance.choice(self.desks)}@{self.chance.choice(PEOPLE)}")
        if self.rarely(0.1):
            chosen.add(f"{self.home}@{self.chance.choice(PEOPLE)}")
        if self.rarely(0.05):
            chosen.add(self.chance.choice((*STRANGERS, f"{self.home[:3]}/cert:nothing@bell")))
        return tuple(sorted(chosen))

    def make(self) -> World:
        """Return the world."""
        if self.rarely(0.06) and not self.shares:
            return self._outright()
        if self.rarely(0.08):
            return self._hinging()
        self._graph()
        features = [each for each in FORCED if not self.shares or each is not _too_large]
        for feature in self.chance.sample(features, 2):
            feature(self, self._target())
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            self.chance.choice(features)(self, self._target())
        self._again()
        self._ends()
        if self.rarely(0.35) and not self.shares:
            self.world.rules = [self._rule() for _ in range(self.chance.choice((1, 1, 2)))]
        self._grants()
        for number, each in enumerate(self.world.held):
            each.digest = each.digest or f"{self.number:032x}{number:032x}"
        return self.world

    # --- the graph

    def id_of(self, kind: str, number: int) -> str:
        """Return the id of an object of this world."""
        return f"{kind}--{self.number % 2**32:08x}-{self.number >> 32 & 0xFFFF:04x}-4000-8000-{number:012x}"

    def _graph(self) -> None:
        count = self.chance.choice((1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 12))
        self.objects = [self.id_of("indicator", number) for number in range(count)]
        level = self.chance.choices(TLP, (25, 30, 20, 10, 15))[0]
        theirs = self.chance.choice((0, 0.1, 0.5))
        for number, identifier in enumerate(self.objects):
            source = self.chance.choice(self.partners) if self.rarely(theirs) else OWN
            self.hold(identifier, source, level if self.rarely(0.5) else "CLEAR", self._edges(number, count))

    def _edges(self, number: int, count: int) -> tuple[str, ...]:
        edges = {self.chance.randrange(count) for _ in range(self.chance.choice((0, 1, 1, 2)))}
        if self.rarely(0.6) and number + 1 < count:
            edges.add(number + 1)
        return tuple(self.objects[each] for each in sorted(edges))

    def hold(self, identifier: str, source: str, level: str | None, references: tuple[str, ...]) -> Held:
        """Hold an object of a TLP level; a partner's with a manifest and an audience."""
        held = Held(id=identifier, source=source, references=references, arrival=len(self.world.held))
        how = self.chance.random()
        if level is not None:
            if source and how < 0.3:
                pass  # the manifest says it
            elif not source and how < 0.3:
                held.imports = (Words(tlp=level),)
            else:
                held.markings = ((TLP_1_IDS if how < 0.5 and level in TLP_1_IDS else TLP_2_IDS)[level],)
        if source:
            others = (self.chance.choice((*PARTICIPANTS, "FRA")),) if self.rarely(0.1) else ()
            held.manifest = Words(tlp=level, originators=others)
            to = (self.home, self.home[:3], *self.world.readers, *self.desks)
            held.addressed = tuple(
                dict.fromkeys(self.chance.choice(to) for _ in range(self.chance.choice((1, 1, 1, 2))))
            )
        self.world.held.append(held)
        return held

    def _target(self) -> Held:
        held = [each for each in self.world.held if each.content is None]
        return held[0] if self.rarely(0.6) else self.chance.choice(held)

    def _again(self) -> None:
        """Let some objects come again: from others, in other versions, with other bytes."""
        for each in [held for held in self.world.held if held.content is None]:
            if self.rarely(0.12):
                other = self.chance.choice((*self.partners, OWN))
                self.hold(each.id, other, self.chance.choice(("CLEAR", "GREEN", "AMBER", None)), each.references)
            if self.rarely(0.1):
                newer = replace(each, version=self.chance.choice((1, 2, 2)), arrival=len(self.world.held))
                if self.rarely(0.5):
                    newer.markings = (TLP_2_IDS["GREEN"],)
                self.world.held.append(newer)

    def _ends(self) -> None:
        """Let some holdings end: recalled here or by who gave them, disposed of, due."""
        world = self.world
        for each in world.held:
            if self.rarely(0.02):
                world.recalls.append((each.id, OWN))
            if each.source and self.rarely(0.04):
                world.recalls.append((each.id, each.source))
            each.disposed = self.rarely(0.02) and each.content is None
            each.revoked = self.rarely(0.06) and each.content is None
            if each.source and each.content is None and self.rarely(0.1):
                kind = self.chance.choice(("revoke", "correct"))
                world.withdrawals.append((each.id, each.source, kind, self.chance.choice((1, 2))))
            if self.rarely(0.06):
                due = world.now + self.chance.choice((-DAY, -1, 0, 0, 1, DAY))
                each.handling = replace(each.handling, dispose_by=due)
        if self.rarely(0.02):
            world.recalls.append((self.id_of("indicator", 99), self.chance.choice((OWN, *self.partners))))
        world.recalls = list(dict.fromkeys(world.recalls))
        world.withdrawals = list(dict.fromkeys(world.withdrawals))

    # --- features

    def narrow(self, held: Held, words: Words) -> None:
        """State something about an object in one of the ways there are."""
        if words.pap is not None and self.rarely(0.2):
            held.markings = (*held.markings, PAP_IDS[words.pap])
            return
        ways = ["mark", "definition", "definition", "manifest" if held.source else "import"]
        if held.source and words.tlp is None and words.caveat is not None:
            ways.append("narrow")
        way = self.chance.choice(ways)
        if way == "mark":
            self.world.marks.append(Mark(id=held.id, words=words))
        elif way == "narrow":
            self.world.marks.append(Mark(id=held.id, words=words, partner=held.source))
        elif way == "definition":
            self.define(held, words)
        elif way == "import":
            held.imports = (*held.imports, words)
        elif held.manifest is not None:
            held.manifest = _together(held.manifest, words)

    def define(self, held: Held, words: Words) -> None:
        """Mark an object with a definition that says something, held from its source or from others too."""
        content = self._content(words)
        self.definitions += 1
        identifier = self.id_of("marking-definition", self.definitions)
        held.markings = (*held.markings, identifier)
        if self.rarely(0.03):
            return  # not at hand
        sources = [held.source] if self.rarely(0.7) else [self.chance.choice((OWN, *self.partners))]
        if self.rarely(0.2):
            sources.append(self.chance.choice((OWN, *self.partners)))
        for number, source in enumerate(sources):
            made = self.hold(identifier, source, None, ())
            made.content = content if number == 0 or self.rarely(0.5) else self._content(Words(pap="GREEN"))
            if made.manifest is not None:
                made.manifest = replace(made.manifest, tlp="CLEAR")
        if len(sources) > 1 and self.rarely(0.5):
            one, other = self.world.held[-2:]
            one.arrival, other.arrival = other.arrival, one.arrival

    def _content(self, words: Words) -> Content:
        extensions: dict[str, dict[str, object]] = {}
        kind, definition = None, {}
        if words.tlp is not None:
            form = self.chance.choice(("extension", "tlp", "statement"))
            if form == "extension":
                level = self._spelled("TLP", words.tlp)
                extensions[TLP_EXTENSION] = {"extension_type": "property-extension", "tlp_2_0": level}
            elif form == "tlp":
                kind, definition = "tlp", {"tlp": self._spelled("TLP", words.tlp)}
            else:
                kind, definition = "statement", {"statement": f"TLP:{words.tlp}"}
        if words.pap is not None:
            form = self.chance.choice(("extension", "pap", "statement"))
            if form == "extension" or kind is not None:
                level = self._spelled("PAP", words.pap)
                extensions[PAP_EXTENSION] = {"extension_type": "property-extension", "pap": level}
            elif form == "pap":
                kind, definition = "pap", {"pap": self._spelled("PAP", words.pap)}
            else:
                kind, definition = "statement", {"statement": f"PAP:{words.pap}"}
        members: dict[str, object] = {
            name: value
            for name, value in (
                ("releasable_to", words.caveat),
                ("consent_of", words.consent_of or None),
                ("classification", words.classifications or None),
                ("embargo", words.embargo),
                ("ahead", words.ahead or None),
                ("until", words.until),
            )
            if value is not None
        }
        if "classification" in members:
            members["classification"] = words.classifications[0]
        if members:
            extensions[CAVEAT_EXTENSION] = {"extension_type": "property-extension", **members}
        if kind is None and (not extensions or self.rarely(0.1)):
            kind, definition = "statement", {"statement": "Copyright 2026, the office"}
        return Content(extensions=extensions, definition_type=kind, definition=definition)

    def _spelled(self, scheme: str, level: str) -> str:
        """Return a level in one of the ways it is written."""
        ways = [
            level.lower(),
            level.lower(),
            level,
            level.capitalize(),
            f"{scheme}:{level}",
            f"{scheme.lower()}:{level.lower()}",
        ]
        if level == "CLEAR":
            ways += ["white", f"{scheme}:WHITE"]
        if level == "AMBER+STRICT":
            ways.append("amber_strict")
        return self.chance.choice(ways)

    def iep(self) -> Content:
        """Return a policy of the exchange framework, most often one that is understood whole."""
        members: dict[str, object] = {name: self.chance.choice(values) for name, values in IEP.items()}
        if self.rarely(0.7):
            members["tlp"] = self.chance.choice(("white", "clear", "green"))
        members |= {"extension_type": "property-extension", "start_date": self.moment("past"), "name": "a policy"}
        if self.rarely(0.3):
            members["start_date"] = self.moment(self.chance.choice(("now", "ahead")))
        if self.rarely(0.4):
            members["end_date"] = (
                None if self.rarely(0.5) else self.moment(self.chance.choice(("past", "now", "ahead")))
            )
        if self.rarely(0.2):
            name, value = self.chance.choice(STRANGE_IEP)
            members[name] = value
        if self.rarely(0.1):
            del members[self.chance.choice(sorted(IEP))]
        return Content(extensions={IEP_EXTENSION: members})

    def acs(self) -> Content:
        """Return an access control specification: one that is understood whole, or one with something strange in it."""
        strange = self.rarely(0.25)
        control: dict[str, object] = {"classification": "U"}
        members: dict[str, object] = {
            "extension_type": "property-extension",
            "identifier": "isa:guide.1.made-up",
            "responsible_entity_custodian": f"{self.chance.choice(PARTICIPANTS)}.{self.chance.choice(('A', 'A.B'))}",
            "control_set": control,
        }
        defaults = ("permit&sharedefault=permit", "permit&sharedefault=permit", "permit&sharedefault=deny")
        members["policy_reference"] = f"{ACS_POLICY}privdefault={self.chance.choice(defaults)}"
        control |= dict(self.chance.sample(ACS_CONTROLS, self.chance.choice((0, 1, 1, 2))))
        if self.rarely(0.4):
            members["access_privilege"] = [
                self._privilege(self.chance.choice(ACS_ACTIONS_FREE), ("permit", "deny", "deny"))
            ]
        if strange:
            self._strange(control, members)
        elif self.rarely(0.3):
            sharing = self.chance.choice(
                (("permit", ("SECTOR",)), ("deny", ("FOREIGNGOV",)), ("deny", ("FOREIGNGOV",)))
            )
            members["further_sharing"] = [{"rule_effect": sharing[0], "sharing_scope": sharing[1]}]
        return Content(extensions={ACS_EXTENSION: members})

    def _privilege(self, action: str, effects: Sequence[str]) -> dict[str, object]:
        scope = {"entity": self.chance.choice((("ALL",), ("MIL",)))}
        return {"privilege_action": action, "rule_effect": self.chance.choice(effects), "privilege_scope": scope}

    def _strange(self, control: dict[str, object], members: dict[str, object]) -> None:
        """Put something into an access control specification that is not understood."""
        how = self.chance.randrange(6)
        if how == 0:
            control["classification"] = self.chance.choice(("C", "S", "TS"))
        elif how == 1:
            name, values = self.chance.choice(ACS_STRANGE)
            control[name] = values
        elif how == 2:
            members["policy_reference"] = f"{ACS_POLICY}privdefault=deny&sharedefault=permit"
        elif how == 3:
            scope = self.chance.choice((("SECTOR",), ("FOREIGNGOV", "SECTOR")))
            members["further_sharing"] = [{"rule_effect": "deny", "sharing_scope": scope}]
        elif how == 4:
            action = self.chance.choice((*ACS_ACTIONS, "CISAUSES"))
            members["access_privilege"] = [self._privilege(action, ("deny",))]
        else:
            del members[self.chance.choice(("policy_reference", "responsible_entity_custodian"))]

    def audience_for(self, form: str) -> str:
        """Return an audience of a form, most often one that covers a reader."""
        base = self.chance.choice(self.world.readers) if self.rarely(0.7) else self.chance.choice(self.desks)
        desk, _, person = base.partition("@")
        if ":" not in desk:
            desk = next((each for each in self.desks if each.startswith(desk)), self.home)
        if form == "participant":
            return desk[:3]
        if form == "organisation":
            return desk.partition(":")[0]
        return desk if form == "capacity" else f"{desk}@{person or self.chance.choice(PEOPLE)}"

    def caveat(self, form: str) -> tuple[str, ...]:
        """Return the audiences of a caveat, one of them of a form."""
        more = [self.audience_for(self.chance.choice(FORMS)) for _ in range(self.chance.choice((0, 1, 1, 3)))]
        return tuple(dict.fromkeys((self.audience_for(form), *more)))

    def moment(self, when: str) -> int:
        """Return a moment that is past, exactly now, or ahead."""
        step = self.chance.choice((1, 1, SECOND, DAY))
        return self.world.now + {"past": -step, "now": 0, "ahead": step}[when]

    # --- what is agreed

    def _grants(self) -> None:
        world = self.world
        for each in world.held:
            if self.rarely(0.75) and (each.handling.victim in KEPT_VICTIMS or each.handling.personal_data == "yes"):
                kind = self.chance.choice(("victim", "statutory", "life", "statutory", "life"))
                self._grant([self._permit(kind, world.here, each, self._granted_audience())])
        others = {each.source for each in world.held if each.source} | {
            name for each in world.held if each.manifest for name in each.manifest.originators
        }
        wanted = {name for words in self._words() for name in words.consent_of} | others
        for name in sorted(wanted - {world.here, "nobody"}):
            if self.rarely(0.6):
                audience = self._granted_audience()
                self._grant([self._permit("onward", name, each, audience) for each in world.held])

    def _grant(self, permits: list[Permit]) -> None:
        """Give grants; now and then one of them only nearly counts."""
        if self.rarely(0.35):
            spoiled = self.chance.randrange(len(permits))
            permits[spoiled] = self.chance.choice(NEARLY)(permits[spoiled], self)
        self.world.permits += permits

    def _words(self) -> Iterable[Words]:
        for each in self.world.held:
            yield from each.imports
            if each.manifest is not None:
                yield each.manifest
            extension = each.content.extensions.get(CAVEAT_EXTENSION, {}) if each.content else {}
            consent = extension.get("consent_of", ())
            yield Words(consent_of=consent if isinstance(consent, tuple) else ())

    def _granted_audience(self) -> str:
        reader = self.chance.choice(self.world.readers)
        return self.chance.choice((reader, reader.partition("@")[0], reader.partition(":")[0], reader[:3]))

    def _permit(self, kind: str, name: str, held: Held, audience: str) -> Permit:
        """Return a grant that counts for one version."""
        held.digest = held.digest or f"{self.number:032x}{self.world.held.index(held):032x}"
        return Permit(
            kind=kind,
            participant=name,
            id=held.id,
            digest=held.digest,
            audience=audience,
            purpose=held.handling.purpose or "cyber-defence",
            until=self.world.now + self.chance.choice((1, SECOND, DAY)),
        )

    def _hinging(self) -> World:
        """Return a world in which nothing but grants stands between a reader and what is held."""
        source = self.chance.choice((OWN, *self.partners))
        identifiers = [self.id_of("indicator", number) for number in range(self.chance.choice((1, 2)))]
        for number, identifier in enumerate(identifiers):
            held = self.hold(identifier, source, "AMBER" if source else "CLEAR", tuple(identifiers[:number]))
            if source:
                held.addressed = (self.home,)
            else:
                lacks = {"victim": "not-asked"} if self.rarely(0.5) else {"personal_data": "yes"}
                held.handling = replace(held.handling, **lacks)
        kind = "onward" if source else self.chance.choice(("victim", "statutory", "life"))
        for audience in self.world.readers:
            permits = [self._permit(kind, source or self.home[:3], each, audience) for each in self.world.held]
            if self.rarely(0.6):
                spoiled = self.chance.randrange(len(permits))
                permits[spoiled] = self.chance.choice(NEARLY)(permits[spoiled], self)
            self.world.permits += permits
        for number, each in enumerate(self.world.held):
            each.digest = each.digest or f"{self.number:032x}{number:032x}"
        return self.world

    # --- local rules

    def _rule(self) -> dict[str, tuple[str, ...]]:
        makers: dict[str, Callable[[], Sequence[str]]] = {
            "tlp": lambda: self.chance.sample(TLP, 2),
            "pap": lambda: self.chance.sample(PAP, 2),
            "originators": lambda: self.chance.sample(PARTICIPANTS, 2),
            "classifications": lambda: [self.classification(listed=True)],
            "to": lambda: [self.audience_for(self.chance.choice(FORMS))],
        }
        members = self.chance.sample(sorted(makers), self.chance.choice((1, 1, 2, 3)))
        return {member: tuple(makers[member]()) for member in members}

    def classification(self, *, listed: bool) -> str:
        """Return a classification that the profile lists, or one that it does not."""
        participants = self.world.profile["participants"]
        if not listed:
            return self.chance.choice(("ZZZ:OPEN", "AAA:NOWHERE", f"{self.home[:3]}:OPEN-ISH"))
        of = self.chance.choice(participants)
        return f"{of['id']}:{self.chance.choice(of['ceiling']['levels'])['name']}"

    # --- labels given outright

    def _outright(self) -> World:
        """Return a world whose one holding has any label at all, also such as no material leads to."""
        chance = self.chance
        embargo = chance.choice((None, None, self.moment("past"), self.moment("now"), self.moment("ahead")))
        label = Words(
            tlp=chance.choice((None, *TLP, "AMBER", "GREEN", "CLEAR")),
            pap=chance.choice((None, *PAP)),
            caveat=chance.choice((None, None, (), self.caveat("capacity"), self.caveat("person"))),
            consent_of=tuple(chance.sample((*PARTICIPANTS, "FRA"), chance.choice((0, 0, 0, 1)))),
            classifications=(self.classification(listed=self.rarely(0.8)),) if self.rarely(0.2) else (),
            embargo=embargo,
            ahead=() if embargo is None or self.rarely(0.4) else self.caveat("organisation"),
            until=chance.choice((None, None, None, self.moment("now"), self.moment("ahead"), self.moment("ahead"))),
            originators=tuple(chance.sample((*PARTICIPANTS, "FRA", self.home[:3]), chance.choice((0, 1, 1, 2)))),
            blocked=tuple(chance.sample((*LIFTABLE, *BLOCKS, "a-code-of-tomorrow"), chance.choice((0, 0, 0, 0, 1, 2)))),
        )
        if self.rarely(0.15):
            label = Words(tlp="A LEVEL OF TOMORROW", originators=(self.home[:3],))
        agreed = tuple(chance.sample((*PARTICIPANTS, "FRA"), chance.choice((0, 1, 2, 4))))
        lifted = tuple(chance.sample(LIFTABLE, chance.choice((0, 0, 1, 2))))
        self.world.held = [Held(id=self.id_of("indicator", 0), source=OWN, digest=f"{self.number:064x}")]
        self.world.outright = (label, agreed, lifted)
        if self.rarely(0.35):
            self.world.rules = [self._rule()]
        return self.world


def _together(one: Words, other: Words) -> Words:
    """Return a manifest that says more."""
    return Words(
        tlp=other.tlp or one.tlp,
        pap=other.pap or one.pap,
        caveat=other.caveat if other.caveat is not None else one.caveat,
        consent_of=one.consent_of + other.consent_of,
        classifications=one.classifications + other.classifications,
        embargo=one.embargo if other.embargo is None else other.embargo,
        ahead=one.ahead if other.embargo is None else other.ahead,
        until=one.until if other.until is None else other.until,
        originators=one.originators + other.originators,
        blocked=one.blocked + other.blocked,
    )


NEARLY: tuple[Callable[[Permit, Maker], Permit], ...] = (
    lambda good, _: replace(good, digest="f" * 64),
    lambda good, _: replace(good, audience="ZZZ"),
    lambda good, maker: replace(good, audience=f"{maker.chance.choice(maker.desks)}@nobody"),
    lambda good, maker: replace(good, until=maker.world.now),
    lambda good, maker: replace(good, until=maker.world.now - 1),
    lambda good, _: replace(good, purpose="another-purpose"),
    lambda good, _: replace(good, withdrawn=True),
    lambda good, _: replace(good, participant="ZZZ", kind="onward"),
)
"""What keeps a grant from counting, one thing at a time."""

FORMS = ("participant", "organisation", "capacity", "person")
BLOCKS = (
    "above-ceiling",
    "unknown-marking",
    "unknown-caveat",
    "unknown-handling",
    "victim-consent",
    "personal-data",
    "missing-reference",
    "closure-too-large",
)


def _says(make: Callable[[Maker], Words]) -> Force:
    return lambda maker, held: maker.narrow(held, make(maker))


def _unsaid(maker: Maker, held: Held) -> None:
    held.markings, held.imports = (), ()
    if held.manifest is not None:
        held.manifest = replace(held.manifest, tlp=None)
    elif maker.rarely(0.3):
        maker.world.marks.append(Mark(id=held.id, words=Words(tlp="GREEN")))


def _nobody(maker: Maker, held: Held) -> None:
    if maker.rarely(0.3):
        maker.define(held, Words(caveat=()))
        return
    one, other = maker.chance.sample(maker.desks, 2) if len(maker.desks) > 1 else (maker.home, "ZZZ")
    maker.narrow(held, Words(caveat=(one,)))
    maker.narrow(held, Words(caveat=(other,)))


def _iep(maker: Maker, held: Held) -> None:
    maker.define(held, Words(pap="GREEN"))
    policy = maker.iep()
    for each in maker.world.held:
        if each.id == held.markings[-1]:
            each.content = policy


def _acs(maker: Maker, held: Held) -> None:
    maker.define(held, Words(pap="GREEN"))
    policy = maker.acs()
    for each in maker.world.held:
        if each.id == held.markings[-1]:
            each.content = policy


def _unknown_marking(maker: Maker, held: Held) -> None:
    maker.define(held, Words(pap="GREEN"))
    odd: Content = maker.chance.choice(
        (
            Content(extensions={TLP_EXTENSION: {"tlp_2_0": "purple"}}),
            Content(definition_type="tlp", definition={"tlp": "purple"}),
            Content(definition_type="statement", definition={"statement": "TLP:PURPLE"}),
            Content(definition_type="statement", definition={"statement": "PAP:PURPLE"}),
            Content(definition_type="pap", definition={"pap": "purple"}),
            Content(definition_type="secret", definition={"secret": "yes"}),
            Content(extensions={STRANGE_EXTENSION: {"extension_type": "property-extension"}}),
            Content(extensions={CAVEAT_EXTENSION: {"releasable_to": ("AAA",), "handle": "with care"}}),
            Content(extensions={CAVEAT_EXTENSION: {"classification": "no classification"}}),
            Content(extensions={CAVEAT_EXTENSION: {"consent_of": ("nobody",)}}),
        )
    )
    held.markings = (*held.markings[:-1], maker.id_of("marking-definition", maker.definitions))
    for each in maker.world.held:
        if each.id == held.markings[-1]:
            each.content = odd


def _unknown_caveat(maker: Maker, held: Held) -> None:
    maker.narrow(held, Words(caveat=(maker.audience_for("capacity"), maker.chance.choice(UNREADABLE))))


def _long_caveat(maker: Maker, held: Held) -> None:
    count = maker.chance.choice((998, 999, 1000)) + 1
    named = [f"AAA/x{number}" for number in range(count - 1)]
    maker.narrow(held, Words(caveat=(maker.audience_for("participant"), *named)))


def _handling(**changes: object) -> Force:
    def apply(_maker: Maker, held: Held) -> None:
        held.handling = replace(held.handling, **changes)

    return apply


def _unknown_handling(maker: Maker, held: Held) -> None:
    member = maker.chance.choice(("collection", "purpose", "permitted_use", "personal_data"))
    held.handling = replace(held.handling, **{member: None})


def _victim(maker: Maker, held: Held) -> None:
    held.handling = replace(held.handling, victim=maker.chance.choice(KEPT_VICTIMS))


def _missing(maker: Maker, held: Held) -> None:
    held.references = (*held.references, maker.id_of("indicator", 97))


def _too_large(maker: Maker, held: Held) -> None:
    maker.world.limit = maker.chance.choice((1, 2))
    more = [maker.id_of("indicator", 60 + number) for number in range(maker.world.limit)]
    held.references = (*held.references, *more)
    if maker.rarely(0.5):
        for each in more:
            maker.hold(each, OWN, "GREEN", ())


def _stated_block(code: str) -> Force:
    def apply(_maker: Maker, held: Held) -> None:
        if held.manifest is not None:
            held.manifest = replace(held.manifest, blocked=(*held.manifest.blocked, code))
        else:
            held.intake_blocks = (*dict.fromkeys((*held.intake_blocks, code)),)

    return apply


def _theirs(maker: Maker, held: Held) -> None:
    source = maker.chance.choice(maker.partners)
    if not any(each.id == held.id and each.source == source for each in maker.world.held):
        maker.hold(held.id, source, maker.chance.choice(("CLEAR", "GREEN", "AMBER")), held.references)


def _elsewhere(maker: Maker, held: Held) -> None:
    if held.manifest is None:
        _theirs(maker, held)
        held = maker.world.held[-1] if maker.world.held[-1].manifest else held
    if held.manifest is not None:
        held.manifest = replace(held.manifest, originators=(*held.manifest.originators, "FRA"))


def _narrowed(maker: Maker, held: Held) -> None:
    if not held.source:
        _theirs(maker, held)
        held = maker.world.held[-1]
    words = maker.chance.choice((Words(tlp="GREEN"), Words(caveat=maker.caveat("organisation"))))
    if held.source:
        maker.world.marks.append(Mark(id=held.id, words=words, partner=held.source))


FORCED: tuple[Force, ...] = (
    *(_says(lambda _, level=level: Words(tlp=level)) for level in TLP),
    _unsaid,
    *(_says(lambda _, level=level: Words(pap=level)) for level in PAP),
    *(_says(lambda maker, form=form: Words(caveat=maker.caveat(form))) for form in FORMS),
    _nobody,
    *(_says(lambda maker: Words(consent_of=(maker.home[:3],))) for _ in range(1)),
    *(_says(lambda maker: Words(consent_of=(maker.chance.choice((*maker.partners, "FRA")),))) for _ in range(1)),
    *(
        _says(lambda maker, listed=listed: Words(classifications=(maker.classification(listed=listed),)))
        for listed in (True, False)
    ),
    *(_says(lambda maker, when=when: Words(embargo=maker.moment(when))) for when in ("past", "now")),
    _says(lambda maker: Words(embargo=maker.moment("ahead"))),
    _says(
        lambda maker: Words(
            embargo=maker.moment(maker.chance.choice(("now", "ahead", "ahead"))),
            ahead=maker.caveat(maker.chance.choice(FORMS)),
        )
    ),
    *(_says(lambda maker, when=when: Words(until=maker.moment(when))) for when in ("past", "now", "ahead")),
    _iep,
    _acs,
    _unknown_marking,
    _unknown_caveat,
    _unknown_handling,
    _victim,
    _handling(personal_data="yes"),
    _missing,
    _too_large,
    _stated_block("above-ceiling"),
    _stated_block("a-code-of-tomorrow"),
    _theirs,
    _elsewhere,
    _narrowed,
)
"""One for every feature that is counted."""

FEATURES = (
    *(f"tlp {level}" for level in ("none", *TLP)),
    *(f"pap {level}" for level in PAP),
    *(f"caveat {form}" for form in (*FORMS, "nobody")),
    "consent home",
    "consent other",
    "classified listed",
    "classified unlisted",
    *(f"{part} {when}" for part in ("embargo", "until") for when in ("past", "now", "ahead")),
    "ahead nobody",
    "ahead somebody",
    *(f"blocked {code}" for code in (*BLOCKS, "unlisted")),
    "originator home",
    "originator other",
    *(f"by {how}" for how in ("marking", "import", "manifest", "mark", "narrow")),
)
"""What gate_coverage.sql may find in what decides a question."""

GRANTS = ("counts", "other version", "other audience", "other purpose", "over", "withdrawn")
"""What a grant of a part may come to: it counts, or one thing alone keeps it from counting."""

NEVER_TOGETHER = {("blocked closure-too-large", "blocked missing-reference")}
"""The label of a closure that is too large is that of the id itself, which is held."""

REASONS = (
    *(("R0", f"release.{code}") for code in ("not-held", "recalled", "replaced", "withdrawn", "due")),
    ("R1", "release.unknown-reader"),
    ("R2", "release.holder"),
    *(("R3", f"release.{code}") for code in (*BLOCKS, "unknown-block")),
    ("R4", "release.no-tlp"),
    ("R4", "release.no-originator"),
    ("R5", "release.red"),
    ("R5", "release.red-person"),
    ("R6", "release.caveat"),
    ("R6", "release.caveat-nobody"),
    ("R7", "release.classification"),
    ("R8", "release.expired"),
    ("R8", "release.embargo"),
    ("R9", "release.originator-control"),
    ("R9", "release.third-party"),
    ("R10", "release.named-organisation"),
    ("R11", "release.community"),
    ("R12", "release.local"),
    ("R13", "release.allowed"),
    ("R14", "release.nothing-allows"),
)
"""Every rule with every reason it has."""
