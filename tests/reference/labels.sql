-- SPDX-License-Identifier: MIT
-- The release decision once more, from docs/policy/release.md alone. given.sql holds what is given; this file says what
-- follows of it up to the deciding label of every holding and the circumstances of every question; gate.sql decides.
-- Everything is said of all holdings and readers of all nodes at once. Sections are those of the policy.

---------------------------------------------------------------------------------------------------------------------
-- Words of the policy

CREATE TABLE tlp (level TEXT PRIMARY KEY, rank INTEGER) WITHOUT ROWID;
INSERT INTO tlp VALUES ('CLEAR', 0), ('GREEN', 1), ('AMBER', 2), ('AMBER+STRICT', 3), ('RED', 4);
CREATE TABLE pap (level TEXT PRIMARY KEY, rank INTEGER) WITHOUT ROWID;
INSERT INTO pap VALUES ('CLEAR', 0), ('GREEN', 1), ('AMBER', 2), ('RED', 3);

CREATE TABLE tlp_marking (marking TEXT PRIMARY KEY, level TEXT) WITHOUT ROWID;  -- STIX 2.1 section 7.2.1.4, OASIS
INSERT INTO tlp_marking VALUES
  ('marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487', 'CLEAR'),
  ('marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb', 'GREEN'),
  ('marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421', 'AMBER'),
  ('marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003', 'AMBER+STRICT'),
  ('marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1', 'RED'),
  ('marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9', 'CLEAR'),
  ('marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da', 'GREEN'),
  ('marking-definition--f88d31f6-486f-44da-b317-01333bde0b82', 'AMBER'),
  ('marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed', 'RED');

CREATE TABLE pap_marking (marking TEXT PRIMARY KEY, level TEXT) WITHOUT ROWID;  -- OASIS, PAP extension (draft)
INSERT INTO pap_marking VALUES
  ('marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92', 'CLEAR'),
  ('marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730', 'CLEAR'),
  ('marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9', 'GREEN'),
  ('marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab', 'AMBER'),
  ('marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e', 'RED');

-- Markings that are their level whatever is held under them; nobody needs their definitions.
CREATE TABLE official AS SELECT marking FROM tlp_marking UNION SELECT marking FROM pap_marking;
CREATE UNIQUE INDEX official_by_marking ON official (marking);

CREATE TABLE block (code TEXT PRIMARY KEY, gravity INTEGER) WITHOUT ROWID;
INSERT INTO block VALUES
  ('above-ceiling', 1), ('unknown-marking', 2), ('unknown-caveat', 3), ('unknown-handling', 4), ('victim-consent', 5),
  ('personal-data', 6), ('missing-reference', 7), ('closure-too-large', 8);

CREATE TABLE lifts (kind TEXT, code TEXT, PRIMARY KEY (kind, code)) WITHOUT ROWID;
INSERT INTO lifts VALUES
  ('victim', 'victim-consent'), ('statutory', 'victim-consent'), ('statutory', 'personal-data'),
  ('life', 'victim-consent'), ('life', 'personal-data'),
  ('sent', 'victim-consent'), ('sent', 'personal-data');  -- what a partner's own node sent

-- What extensions a marking definition may carry, and which part of a label each member is (section 2.6).
CREATE TABLE known_member (extension TEXT, member TEXT, part TEXT, PRIMARY KEY (extension, member)) WITHOUT ROWID;
INSERT INTO known_member VALUES
  ('extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d', 'extension_type', NULL),
  ('extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d', 'tlp_2_0', 'tlp'),
  ('extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b', 'extension_type', NULL),
  ('extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b', 'pap', 'pap'),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'extension_type', NULL),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'releasable_to', 'releasable_to'),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'consent_of', 'consent_of'),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'classification', 'classification'),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'embargo', 'embargo'),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'ahead', 'ahead'),
  ('extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01', 'until', 'until');

-- IEP 2.0, from docs/policy/markings.md: what each value means; part NULL is nothing, a value without a row is unknown.
CREATE TABLE known_value (
  extension TEXT, member TEXT, value, part TEXT, means TEXT, PRIMARY KEY (extension, member, value)
) WITHOUT ROWID;
INSERT INTO known_value
WITH iep (member, value, part, means) AS (VALUES
  ('tlp', 'white', 'tlp', 'CLEAR'), ('tlp', 'clear', 'tlp', 'CLEAR'), ('tlp', 'green', 'tlp', 'GREEN'),
  ('tlp', 'amber', 'tlp', 'AMBER'), ('tlp', 'amber+strict', 'tlp', 'AMBER+STRICT'), ('tlp', 'red', 'tlp', 'RED'),
  ('permitted_actions', 'externally-visible-direct-actions', 'pap', 'CLEAR'),
  ('permitted_actions', 'externally-visible-indirect-actions', 'pap', 'AMBER'),
  ('permitted_actions', 'internally-visible-actions', 'pap', 'RED'),
  ('affected_party_notifications', 'may', NULL, NULL), ('affected_party_notifications', 'must-not', 'pap', 'AMBER'),
  ('provider_attribution', 'may', NULL, NULL), ('provider_attribution', 'must', NULL, NULL),
  ('unmodified_resale', 'may', NULL, NULL), ('unmodified_resale', 'must-not', NULL, NULL),
  ('encrypt_in_transit', 'may', NULL, NULL), ('encrypt_in_transit', 'must', NULL, NULL),
  ('iep_version', 2.0, NULL, NULL), ('extension_type', 'property-extension', NULL, NULL)
)
SELECT 'extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a', member, value, part, means FROM iep;

INSERT INTO known_member
SELECT DISTINCT extension, member, NULL FROM known_value
UNION ALL
SELECT 'extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a', member, part FROM (
  SELECT 'start_date' AS member, 'embargo' AS part UNION ALL SELECT 'end_date', 'until'
  UNION ALL SELECT 'iep_id', NULL UNION ALL SELECT 'name', NULL UNION ALL SELECT 'description', NULL
);

CREATE TABLE required (extension TEXT, member TEXT, PRIMARY KEY (extension, member)) WITHOUT ROWID;
INSERT INTO required
SELECT 'extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a', member FROM (
  SELECT DISTINCT member FROM known_value WHERE member <> 'extension_type' UNION ALL SELECT 'start_date'
);

-- ACS 3.0, from the same page. What a caveat names is worked out below; entries of lists have tables of their own.
INSERT INTO known_value
WITH acs (member, value, part, means) AS (VALUES
  ('extension_type', 'property-extension', NULL, NULL),
  ('policy_reference', 'urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=permit', NULL, NULL),
  ('policy_reference', 'urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=deny', 'custodian', 'consent_of'),
  ('control_set.classification', 'U', NULL, NULL),
  ('control_set.formal_determination', 'PUBREL', NULL, NULL),
  ('control_set.formal_determination', 'AIS', NULL, NULL),
  ('control_set.formal_determination', 'NO-PII-PRESENT', NULL, NULL),
  ('control_set.formal_determination', 'NF', 'custodian', 'releasable_to'),
  ('control_set.formal_determination', 'PII-NECESSARY-TO-UNDERSTAND-THREAT', 'blocked', 'personal-data'),
  (
    'control_set.formal_determination', 'INFORMATION-DIRECTLY-RELATED-TO-CYBERSECURITY-THREAT',
    'blocked', 'personal-data'
  ),
  ('control_set.caveat', 'POSSIBLEPII', 'blocked', 'personal-data'),
  ('control_set.sensitivity', 'PII', 'blocked', 'personal-data'),
  ('control_set.shareability', '', NULL, NULL), ('control_set.permitted_organizations', '', NULL, NULL),
  ('control_set.sci_controls', '', NULL, NULL), ('control_set.logical_authority_category', '', NULL, NULL),
  ('control_set.entity', 'MIL', NULL, NULL), ('control_set.entity', 'GOV', NULL, NULL),
  ('control_set.entity', 'CTR', NULL, NULL), ('control_set.entity', 'SVR', NULL, NULL),
  ('control_set.entity', 'SVC', NULL, NULL), ('control_set.entity', 'DEV', NULL, NULL),
  ('control_set.entity', 'NET', NULL, NULL)
)
SELECT 'extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce', member, value, part, means FROM acs;

INSERT INTO known_member
SELECT DISTINCT extension, member, NULL FROM known_value
WHERE extension = 'extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce'
UNION ALL
SELECT 'extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce', member, NULL FROM (
  SELECT 'responsible_entity_custodian' AS member UNION ALL SELECT 'responsible_entity_originator'
  UNION ALL SELECT 'identifier' UNION ALL SELECT 'name' UNION ALL SELECT 'create_date_time'
  UNION ALL SELECT 'authority_reference' UNION ALL SELECT 'control_set.permitted_nationalities'
);

CREATE TABLE denied_action (action TEXT PRIMARY KEY, means TEXT) WITHOUT ROWID;  -- 'nothing', 'unknown' or a PAP level
INSERT INTO denied_action VALUES
  ('TENOT', 'AMBER'), ('OPACTION', 'nothing'), ('ANONYMOUSACCESS', 'nothing'), ('DSPLY', 'unknown'),
  ('IDSRC', 'unknown'), ('NETDEF', 'unknown'), ('LEGAL', 'unknown'), ('INTEL', 'unknown'), ('TEARLINE', 'unknown'),
  ('REQUEST', 'unknown');

INSERT INTO required VALUES
  ('extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce', 'responsible_entity_custodian'),
  ('extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce', 'policy_reference'),
  ('extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce', 'control_set.classification');

---------------------------------------------------------------------------------------------------------------------
-- 1. Who there is

CREATE TABLE audience (
  audience TEXT PRIMARY KEY, participant TEXT, organisation TEXT, capacity TEXT, person TEXT  -- '': not stated
) WITHOUT ROWID;

WITH
named (text) AS (
  SELECT value FROM said WHERE part IN ('releasable_to', 'ahead')
  UNION SELECT value FROM carries WHERE member IN ('releasable_to', 'ahead')
  UNION SELECT value FROM carries WHERE member = 'control_set.permitted_nationalities'
  UNION SELECT substr(value, 1, 3) FROM carries WHERE member = 'responsible_entity_custodian'
  UNION SELECT value FROM local_value WHERE member = 'to'
  UNION SELECT audience FROM community
  UNION SELECT audience FROM addressed
  UNION SELECT value FROM outright WHERE part IN ('releasable_to', 'ahead')
  UNION SELECT audience FROM permit
  UNION SELECT reader FROM reader
  UNION SELECT participant FROM participant
  UNION SELECT participant || '/' || organisation FROM organisation
  UNION SELECT participant || '/' || organisation || ':' || capacity FROM capacity
  UNION SELECT participant || '/' || organisation || ':' || capacity FROM node
),
at_slash AS (SELECT text, text AS whole, instr(text, '/') AS mark FROM named WHERE typeof(text) = 'text'),
in_two AS (
  SELECT text, mark > 0 AS slash,
    CASE WHEN mark THEN substr(whole, 1, mark - 1) ELSE whole END AS participant,
    CASE WHEN mark THEN substr(whole, mark + 1) ELSE '' END AS rest
  FROM at_slash
),
in_three AS (
  SELECT text, slash, participant, instr(rest, ':') > 0 AS colon,
    CASE WHEN instr(rest, ':') THEN substr(rest, 1, instr(rest, ':') - 1) ELSE rest END AS organisation,
    CASE WHEN instr(rest, ':') THEN substr(rest, instr(rest, ':') + 1) ELSE '' END AS rest
  FROM in_two
),
in_four AS (
  SELECT text, slash, participant, colon, organisation, instr(rest, '@') > 0 AS sign,
    CASE WHEN instr(rest, '@') THEN substr(rest, 1, instr(rest, '@') - 1) ELSE rest END AS capacity,
    CASE WHEN instr(rest, '@') THEN substr(rest, instr(rest, '@') + 1) ELSE '' END AS person
  FROM in_three
)
INSERT INTO audience
SELECT text, participant, organisation, capacity, person FROM in_four
WHERE participant GLOB '[A-Z][A-Z][A-Z]'
  AND organisation || capacity || person NOT GLOB '*[^a-z0-9-]*'
  AND (NOT slash OR (organisation GLOB '[a-z]*' AND length(organisation) <= 32))
  AND (NOT colon OR (capacity GLOB '[a-z]*' AND length(capacity) <= 32))
  AND (NOT sign OR (person GLOB '[a-z]*' AND length(person) <= 32));

CREATE TABLE covers (wide TEXT, narrow TEXT, PRIMARY KEY (narrow, wide)) WITHOUT ROWID;
INSERT INTO covers
SELECT w.audience, n.audience
FROM audience w JOIN audience n ON n.participant = w.participant
WHERE w.organisation IN ('', n.organisation) AND w.capacity IN ('', n.capacity) AND w.person IN ('', n.person);

-- The readers of the profile, its people left aside.
CREATE TABLE desk (node INTEGER, audience TEXT, PRIMARY KEY (node, audience)) WITHOUT ROWID;
INSERT INTO desk
SELECT node, participant FROM participant
UNION SELECT node, participant || '/' || organisation FROM organisation
UNION SELECT node, participant || '/' || organisation || ':' || capacity FROM capacity;

---------------------------------------------------------------------------------------------------------------------
-- 2.6 What definitions say: statements of its own, numbered below nought; ACS may state three caveats at once

CREATE TABLE definition_statement (holding INTEGER, statement INTEGER PRIMARY KEY);
INSERT INTO definition_statement
SELECT h.holding, -8 * h.holding - k.number FROM holding h
JOIN (SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) k
WHERE h.is_definition;
CREATE INDEX definition_statement_by_holding ON definition_statement (holding);

CREATE TABLE defined AS
SELECT c.holding, c.place, c.member, c.value, k.part
FROM carries c JOIN known_member k ON k.extension = c.place AND k.member = c.member
WHERE k.part IS NOT NULL AND NOT (c.member = 'end_date' AND c.value = 'null')
UNION ALL
SELECT c.holding, c.place, c.member, k.means, k.part
FROM carries c JOIN known_value k ON k.extension = c.place AND k.member = c.member AND k.value = c.value
WHERE k.part IS NOT NULL
UNION ALL
SELECT c.holding, c.place, c.member, c.value, t.value
FROM carries c
JOIN carries t ON t.holding = c.holding AND t.place = 'definition_type' AND t.value = c.member
WHERE c.place = 'definition' AND c.member IN ('tlp', 'pap')
UNION ALL
SELECT c.holding, c.place, c.member, c.value, lower(substr(c.value, 1, 3))
FROM carries c
JOIN carries t ON t.holding = c.holding AND t.place = 'definition_type' AND t.value = 'statement'
WHERE c.place = 'definition' AND c.member = 'statement' AND (c.value GLOB 'TLP*' OR c.value GLOB 'PAP*');

-- A level is written in any case, with or without its scheme; WHITE and AMBER_STRICT are older spellings.
CREATE TABLE spelled AS
WITH bare AS (
  SELECT holding, place, part, value,
    CASE WHEN upper(value) GLOB upper(part) || ':*' THEN substr(upper(value), 5) ELSE upper(value) END AS level
  FROM defined WHERE part IN ('tlp', 'pap')
)
SELECT holding, place, part, value,
  CASE
    WHEN level = 'WHITE' THEN 'CLEAR' WHEN level = 'AMBER_STRICT' AND part = 'tlp' THEN 'AMBER+STRICT' ELSE level
  END AS level
FROM bare;

INSERT INTO said
SELECT DISTINCT -8 * s.holding, s.part, s.level FROM spelled s JOIN tlp USING (level) WHERE s.part = 'tlp'
UNION
SELECT -8 * s.holding, s.part, s.level FROM spelled s JOIN pap USING (level) WHERE s.part = 'pap'
UNION
SELECT -8 * holding, 'caveat', '' FROM defined WHERE part = 'releasable_to'
UNION
SELECT -8 * holding, part, value FROM defined WHERE part IN ('releasable_to', 'ahead') AND typeof(value) = 'text'
UNION
SELECT -8 * holding, part, value FROM defined WHERE part = 'consent_of' AND value GLOB '[A-Z][A-Z][A-Z]'
UNION
SELECT -8 * holding, part, value FROM defined WHERE part = 'classification' AND value GLOB '[A-Z][A-Z][A-Z]:?*'
UNION
SELECT -8 * holding, part, value FROM defined WHERE part IN ('embargo', 'until') AND typeof(value) = 'integer';

-- ACS: the custodian's country is the three letters before the first point.
CREATE TABLE custodian AS
SELECT c.holding, substr(c.value, 1, 3) AS country FROM carries c
WHERE c.member = 'responsible_entity_custodian' AND c.value GLOB '[A-Z][A-Z][A-Z].?*';

INSERT INTO said
SELECT -8 * d.holding, 'consent_of', c.country FROM defined d JOIN custodian c ON c.holding = d.holding
WHERE d.part = 'custodian' AND d.value = 'consent_of'
UNION
SELECT -8 * holding, 'blocked', value FROM defined WHERE part = 'blocked'
UNION  -- NF, and a denial of FOREIGNGOV alone
SELECT -8 * d.holding - 1, v.part, CASE v.part WHEN 'caveat' THEN '' ELSE coalesce(c.country, '') END
FROM (
  SELECT holding FROM defined WHERE part = 'custodian' AND value = 'releasable_to'
  UNION SELECT holding FROM acs_sharing a WHERE effect = 'deny' AND scope = 'FOREIGNGOV' AND NOT EXISTS (
    SELECT 1 FROM acs_sharing o WHERE o.holding = a.holding AND o.entry = a.entry AND o.scope <> 'FOREIGNGOV'
  )
) d LEFT JOIN custodian c ON c.holding = d.holding  -- without a custodian it names nobody who can be read
JOIN (SELECT 'caveat' AS part UNION ALL SELECT 'releasable_to') v
UNION
SELECT -8 * c.holding - 2, v.part, CASE v.part WHEN 'caveat' THEN '' ELSE c.value END
FROM carries c JOIN (SELECT 'caveat' AS part UNION ALL SELECT 'releasable_to') v
WHERE c.member = 'control_set.permitted_nationalities' AND c.value GLOB '[A-Z][A-Z][A-Z]';

CREATE TABLE denied AS  -- the default is to permit, else the whole is unknown
SELECT p.holding, a.action, a.means FROM acs_privilege p JOIN denied_action a ON p.action IN ('ALL', a.action)
WHERE p.effect = 'deny';
INSERT OR IGNORE INTO said SELECT -8 * d.holding, 'pap', d.means FROM denied d JOIN pap ON pap.level = d.means;

CREATE TABLE unknown_definition (holding INTEGER PRIMARY KEY);
INSERT INTO unknown_definition
SELECT holding FROM denied WHERE means = 'unknown'
UNION
SELECT holding FROM acs_privilege p
WHERE p.action <> 'ALL' AND NOT EXISTS (SELECT 1 FROM denied_action a WHERE a.action = p.action)
UNION
SELECT holding FROM acs_sharing WHERE effect = 'deny' AND scope <> 'FOREIGNGOV'
UNION
SELECT c.holding FROM carries c
WHERE c.member = 'control_set.entity' GROUP BY c.holding HAVING count(DISTINCT c.value) < 7
UNION
SELECT holding FROM carries
WHERE member = 'control_set.permitted_nationalities' AND value NOT GLOB '[A-Z][A-Z][A-Z]'
UNION
SELECT holding FROM carries c
WHERE member = 'responsible_entity_custodian' AND NOT EXISTS (SELECT 1 FROM custodian u WHERE u.holding = c.holding)
UNION
SELECT holding FROM spelled s WHERE part = 'tlp' AND NOT EXISTS (SELECT 1 FROM tlp WHERE tlp.level = s.level)
UNION
SELECT holding FROM spelled s WHERE part = 'pap' AND NOT EXISTS (SELECT 1 FROM pap WHERE pap.level = s.level)
UNION  -- an extension, or a member of one, that is not named
SELECT c.holding FROM carries c
WHERE c.place NOT IN ('definition_type', 'definition')
  AND NOT EXISTS (
    SELECT 1 FROM known_member k WHERE k.extension = c.place AND c.member IN ('', k.member)
  )
UNION  -- a value that is not listed where values are, or a member that must be there and is not
SELECT c.holding FROM carries c
WHERE c.member IN (SELECT k.member FROM known_value k WHERE k.extension = c.place)
  AND NOT EXISTS (
    SELECT 1 FROM known_value k WHERE k.extension = c.place AND k.member = c.member AND k.value = c.value
  )
UNION
SELECT c.holding FROM carries c JOIN required r ON r.extension = c.place
WHERE c.member = '' AND NOT EXISTS (
  SELECT 1 FROM carries o WHERE o.holding = c.holding AND o.place = c.place AND o.member = r.member
)
UNION
SELECT holding FROM carries WHERE place = 'definition_type' AND value NOT IN ('tlp', 'pap', 'statement')
UNION  -- a value that is none
SELECT holding FROM defined WHERE part = 'consent_of' AND value NOT GLOB '[A-Z][A-Z][A-Z]'
UNION
SELECT holding FROM defined WHERE part = 'classification' AND value NOT GLOB '[A-Z][A-Z][A-Z]:?*'
UNION
SELECT holding FROM defined WHERE part IN ('embargo', 'until') AND typeof(value) <> 'integer'
UNION  -- who may have it ahead, of no embargo
SELECT holding FROM defined a
WHERE part = 'ahead' AND NOT EXISTS (SELECT 1 FROM defined e WHERE e.holding = a.holding AND e.part = 'embargo')
UNION  -- nothing at all; a caveat extension without any of its members says nothing either
SELECT h.holding FROM holding h
WHERE h.is_definition
  AND NOT EXISTS (SELECT 1 FROM defined d WHERE d.holding = h.holding)
  AND NOT EXISTS (
    SELECT 1 FROM carries c WHERE c.holding = h.holding AND c.place = 'definition' AND c.member = 'statement'
  )
  AND NOT EXISTS (SELECT 1 FROM carries c JOIN required r ON r.extension = c.place WHERE c.holding = h.holding)
UNION
SELECT c.holding FROM carries c
WHERE c.member = '' AND c.place IN (SELECT extension FROM known_member EXCEPT SELECT extension FROM required)
  AND NOT EXISTS (SELECT 1 FROM defined d WHERE d.holding = c.holding AND d.place = c.place);

---------------------------------------------------------------------------------------------------------------------
-- 2.3 Live holdings, and the newest of every source

CREATE TABLE live AS
SELECT h.node, h.id, h.source, h.version, h.arrival, h.holding
FROM holding h
WHERE NOT h.disposed
  AND NOT EXISTS (SELECT 1 FROM recall r WHERE r.node = h.node AND r.id = h.id AND r.partner = h.source);
CREATE INDEX live_by_source ON live (node, id, source, version, arrival);
CREATE UNIQUE INDEX live_by_holding ON live (holding);

CREATE TABLE newest AS
SELECT l.node, l.id, l.source, l.holding
FROM live l
WHERE NOT EXISTS (
  SELECT 1 FROM live o
  WHERE o.node = l.node AND o.id = l.id AND o.source = l.source AND (o.version, o.arrival) > (l.version, l.arrival)
);
CREATE INDEX newest_by_id ON newest (node, id, source);

---------------------------------------------------------------------------------------------------------------------
-- 2.2 The own label of every live holding

-- Whose definition counts: of the source of the object, then our own, then anybody's; of those the first. It counts
-- though it was recalled: a recall widens nothing. One that counted once keeps narrowing: a definition counts that no
-- better one had come before, when both it and the object had.
CREATE TABLE candidate AS
SELECT l.holding, m.marking, d.holding AS definition,
  CASE d.source WHEN l.source THEN 1 WHEN '' THEN 2 ELSE 3 END AS place, d.arrival, max(d.arrival, l.arrival) AS since
FROM live l
JOIN marking m ON m.holding = l.holding
JOIN holding d ON d.node = l.node AND d.id = m.marking AND d.is_definition AND NOT d.disposed
WHERE NOT EXISTS (SELECT 1 FROM official t WHERE t.marking = m.marking);
CREATE INDEX candidate_by_marking ON candidate (holding, marking, place, arrival);

CREATE TABLE counting AS
SELECT c.holding, c.marking, c.definition
FROM candidate c
WHERE NOT EXISTS (
  SELECT 1 FROM candidate o
  WHERE o.holding = c.holding AND o.marking = c.marking AND (o.place, o.arrival) < (c.place, c.arrival)
    AND o.arrival <= c.since
);
CREATE INDEX counting_by_holding ON counting (holding, marking);

-- What speaks about a holding: its markings, the import or the manifest; a definition's caveat is over itself.
CREATE TABLE speaks_of AS
SELECT c.holding, s.statement, 'marking' AS how
FROM counting c JOIN definition_statement s ON s.holding = c.definition
UNION SELECT l.holding, i.statement, 'import' FROM import i JOIN live l ON l.holding = i.holding
UNION SELECT l.holding, m.statement, 'manifest' FROM manifest m JOIN live l ON l.holding = m.holding;
CREATE INDEX speaks_of_holding ON speaks_of (holding, how);

-- Every caveat is a set of audiences by the number of its statement, plus home where it was put on by hand.
CREATE TABLE caveat AS SELECT DISTINCT statement FROM said WHERE part = 'caveat';
CREATE UNIQUE INDEX caveat_by_statement ON caveat (statement);
CREATE TABLE caveat_audience AS
SELECT s.statement, a.audience FROM said s JOIN audience a ON a.audience = s.value WHERE s.part = 'releasable_to'
UNION
SELECT c.statement, n.participant || '/' || n.organisation || ':' || n.capacity
FROM mark m JOIN caveat c ON c.statement = m.statement JOIN node n ON n.node = m.node
WHERE m.by_hand;
CREATE UNIQUE INDEX caveat_audience_by_statement ON caveat_audience (statement, audience);

-- Whoever may have it before its embargo ends: a set for every statement that states an embargo.
CREATE TABLE embargo AS SELECT DISTINCT statement FROM said WHERE part = 'embargo';
CREATE UNIQUE INDEX embargo_by_statement ON embargo (statement);
CREATE TABLE ahead_audience AS
SELECT s.statement, a.audience FROM said s JOIN audience a ON a.audience = s.value WHERE s.part = 'ahead'
UNION SELECT o.holding, o.value FROM outright o WHERE o.part = 'ahead';
CREATE UNIQUE INDEX ahead_audience_by_statement ON ahead_audience (statement, audience);

CREATE TABLE unknown_caveat AS
SELECT s.statement FROM said s
WHERE s.part IN ('releasable_to', 'ahead') AND NOT EXISTS (SELECT 1 FROM audience a WHERE a.audience = s.value)
UNION
SELECT s.statement FROM said s WHERE s.part IN ('releasable_to', 'ahead')
GROUP BY s.statement, s.part HAVING count(*) > 1000;

CREATE TABLE own_caveat AS
SELECT s.holding, s.statement FROM speaks_of s JOIN caveat c ON c.statement = s.statement
UNION
SELECT d.holding, d.statement FROM definition_statement d
JOIN live l ON l.holding = d.holding JOIN caveat c ON c.statement = d.statement;
CREATE INDEX own_caveat_by_holding ON own_caveat (holding);

-- TLP of markings and import; a definition without markings is CLEAR. What has none takes its manifest's.
CREATE TABLE stated_tlp AS
WITH stated (holding, rank) AS (
  SELECT l.holding, t.rank FROM live l
  JOIN marking m ON m.holding = l.holding JOIN tlp_marking o ON o.marking = m.marking JOIN tlp t ON t.level = o.level
  UNION ALL
  SELECT s.holding, coalesce(t.rank, 9) FROM speaks_of s
  JOIN said v ON v.statement = s.statement AND v.part = 'tlp' LEFT JOIN tlp t ON t.level = v.value
  WHERE s.how IN ('marking', 'import')
  UNION ALL
  SELECT h.holding, 0 FROM holding h
  WHERE h.is_definition AND NOT EXISTS (SELECT 1 FROM marking m WHERE m.holding = h.holding)
)
SELECT holding, max(rank) AS rank FROM stated GROUP BY holding;
CREATE UNIQUE INDEX stated_tlp_by_holding ON stated_tlp (holding);

CREATE TABLE own_tlp AS
SELECT l.holding,
  CASE
    WHEN m.holding IS NULL THEN s.rank
    WHEN s.rank IS NULL THEN t.rank
    WHEN t.rank IS NULL THEN NULL
    ELSE max(s.rank, t.rank)
  END AS rank
FROM live l
LEFT JOIN stated_tlp s ON s.holding = l.holding
LEFT JOIN manifest m ON m.holding = l.holding
LEFT JOIN said v ON v.statement = m.statement AND v.part = 'tlp'
LEFT JOIN tlp t ON t.level = v.value;
CREATE UNIQUE INDEX own_tlp_by_holding ON own_tlp (holding);

-- Columns without a type keep moments as numbers beside texts.
-- Whatever has many values: consent_of, classification, originator, pap, embargo, until.
CREATE TABLE own_part (holding INTEGER, part TEXT, value);
INSERT INTO own_part
SELECT l.holding, 'pap', o.level FROM live l
JOIN marking m ON m.holding = l.holding JOIN pap_marking o ON o.marking = m.marking
UNION
SELECT s.holding, v.part, v.value FROM speaks_of s JOIN said v ON v.statement = s.statement
WHERE v.part IN ('pap', 'consent_of', 'classification', 'embargo', 'until')
  OR (v.part = 'originator' AND s.how = 'manifest')
UNION
SELECT l.holding, 'originator', CASE l.source WHEN '' THEN n.participant ELSE l.source END
FROM live l JOIN node n ON n.node = l.node;
CREATE INDEX own_part_by_holding ON own_part (holding, part, value);

CREATE TABLE own_block AS
SELECT b.holding, b.code FROM intake_block b JOIN live l ON l.holding = b.holding
UNION
SELECT s.holding, v.value FROM speaks_of s JOIN said v ON v.statement = s.statement AND v.part = 'blocked'
UNION
SELECT l.holding, 'unknown-marking' FROM live l JOIN marking m ON m.holding = l.holding
WHERE NOT EXISTS (SELECT 1 FROM official t WHERE t.marking = m.marking)
  AND (
    NOT EXISTS (SELECT 1 FROM counting c WHERE c.holding = l.holding AND c.marking = m.marking)
    OR EXISTS (
      SELECT 1 FROM counting c JOIN unknown_definition u ON u.holding = c.definition
      WHERE c.holding = l.holding AND c.marking = m.marking
    )
  )
UNION
SELECT s.holding, 'unknown-caveat' FROM (
  SELECT holding, statement FROM own_caveat UNION SELECT holding, statement FROM speaks_of
) s JOIN unknown_caveat u ON u.statement = s.statement
UNION
SELECT l.holding, 'unknown-handling' FROM live l JOIN holding h ON h.holding = l.holding
WHERE h.collection IS NULL OR h.purpose IS NULL OR h.permitted_use IS NULL OR h.personal_data IS NULL
UNION
SELECT l.holding, 'personal-data' FROM live l JOIN holding h ON h.holding = l.holding
WHERE h.personal_data = 'yes'
  AND h.collection IS NOT NULL AND h.purpose IS NOT NULL AND h.permitted_use IS NOT NULL
UNION
SELECT l.holding, 'victim-consent' FROM live l JOIN holding h ON h.holding = l.holding
WHERE h.victim IN ('not-asked', 'refused', 'national-only', 'anonymous');
CREATE INDEX own_block_by_holding ON own_block (holding, code);

---------------------------------------------------------------------------------------------------------------------
-- 2.4 The closure of every id that is held

CREATE TABLE edge AS
SELECT DISTINCT n.node, n.id, r.id AS target
FROM newest n JOIN (
  SELECT holding, id FROM reference
  UNION ALL SELECT holding, marking FROM marking
  UNION ALL SELECT holding, place FROM carries WHERE place NOT IN ('definition_type', 'definition')
) r ON r.holding = n.holding
WHERE r.id <> n.id AND NOT EXISTS (SELECT 1 FROM official t WHERE t.marking = r.id)
  AND r.id NOT IN (SELECT extension FROM known_member);
CREATE INDEX edge_by_id ON edge (node, id, target);

CREATE TABLE reach AS
WITH RECURSIVE reaches (node, start, id) AS (
  SELECT DISTINCT node, id, id FROM live
  UNION
  SELECT r.node, r.start, e.target FROM reaches r JOIN edge e ON e.node = r.node AND e.id = r.id
)
SELECT node, start, id FROM reaches;
CREATE INDEX reach_by_start ON reach (node, start, id);

CREATE TABLE too_large AS
SELECT r.node, r.start FROM reach r JOIN node n ON n.node = r.node
GROUP BY r.node, r.start HAVING count(*) > max(n.closure_limit);
CREATE INDEX too_large_by_start ON too_large (node, start);

-- The ids whose labels meet in the label of the closure.
CREATE TABLE within AS
SELECT r.node, r.start, r.id FROM reach r
WHERE r.id = r.start OR NOT EXISTS (SELECT 1 FROM too_large t WHERE t.node = r.node AND t.start = r.start);
CREATE INDEX within_by_start ON within (node, start, id);

---------------------------------------------------------------------------------------------------------------------
-- 3. The deciding labels of every live holding: its own with that of its closure; for the home its own alone

CREATE TABLE subject (
  asked INTEGER PRIMARY KEY, at_home INTEGER, holding INTEGER, node INTEGER, id TEXT, source TEXT
);
INSERT INTO subject
SELECT 2 * holding AS asked, 0 AS at_home, holding, node, id, source FROM live
UNION ALL
SELECT 2 * holding + 1, 1, holding, node, id, source FROM live;
CREATE INDEX subject_by_holding ON subject (holding);

CREATE TABLE covered AS  -- the ids whose marks and newest holdings count beside the holding itself
SELECT s.asked, w.node, w.id FROM subject s JOIN within w ON w.node = s.node AND w.start = s.id WHERE NOT s.at_home;
CREATE INDEX covered_by_asked ON covered (asked, id);

CREATE TABLE piece AS
SELECT asked, holding FROM subject
UNION
SELECT c.asked, n.holding FROM covered c JOIN newest n ON n.node = c.node AND n.id = c.id;
CREATE INDEX piece_by_asked ON piece (asked, holding);

-- Marks count where a source they speak of holds the id.
CREATE TABLE mark_on AS
SELECT s.asked, m.statement FROM subject s
JOIN mark m ON m.node = s.node AND m.id = s.id AND (m.by_hand OR m.partner = s.source)
UNION
SELECT c.asked, m.statement FROM covered c
JOIN mark m ON m.node = c.node AND m.id = c.id
JOIN newest n ON n.node = c.node AND n.id = c.id AND (m.by_hand OR n.source = m.partner);
CREATE INDEX mark_on_by_asked ON mark_on (asked, statement);

-- A level put on by hand gives one to material of our own that has none.
CREATE TABLE marked_tlp AS
SELECT o.holding,
  coalesce(o.rank, (
    SELECT max(t.rank) FROM mark m
    JOIN said v ON v.statement = m.statement AND v.part = 'tlp' JOIN tlp t ON t.level = v.value
    WHERE m.node = l.node AND m.id = l.id AND m.by_hand AND l.source = ''
  )) AS rank
FROM own_tlp o JOIN live l ON l.holding = o.holding;
CREATE UNIQUE INDEX marked_tlp_by_holding ON marked_tlp (holding);

CREATE TABLE deciding_part (asked INTEGER, part TEXT, value);
INSERT INTO deciding_part
SELECT p.asked, o.part, o.value FROM piece p JOIN own_part o ON o.holding = p.holding
UNION
SELECT m.asked, v.part, v.value FROM mark_on m JOIN said v ON v.statement = m.statement
WHERE v.part IN ('pap', 'consent_of', 'classification', 'embargo', 'until', 'originator');
CREATE INDEX deciding_part_by_asked ON deciding_part (asked, part, value);

CREATE TABLE deciding_block AS
SELECT p.asked, b.code FROM piece p JOIN own_block b ON b.holding = p.holding
UNION
SELECT m.asked, v.value FROM mark_on m JOIN said v ON v.statement = m.statement AND v.part = 'blocked'
UNION
SELECT m.asked, 'unknown-caveat' FROM mark_on m JOIN unknown_caveat u ON u.statement = m.statement
UNION
SELECT c.asked, 'missing-reference' FROM covered c
WHERE NOT EXISTS (SELECT 1 FROM newest n WHERE n.node = c.node AND n.id = c.id)
UNION
SELECT s.asked, 'closure-too-large' FROM subject s JOIN too_large t ON t.node = s.node AND t.start = s.id
WHERE NOT s.at_home;
CREATE INDEX deciding_block_by_asked ON deciding_block (asked, code);

CREATE TABLE deciding_tlp AS
SELECT s.asked,
  CASE
    WHEN EXISTS (
      SELECT 1 FROM piece p JOIN marked_tlp t ON t.holding = p.holding WHERE p.asked = s.asked AND t.rank IS NULL
    ) THEN NULL
    ELSE max(
      (SELECT max(t.rank) FROM piece p JOIN marked_tlp t ON t.holding = p.holding WHERE p.asked = s.asked),
      coalesce((
        SELECT max(t.rank) FROM mark_on m
        JOIN said v ON v.statement = m.statement AND v.part = 'tlp' JOIN tlp t ON t.level = v.value
        WHERE m.asked = s.asked
      ), 0)
    )
  END AS rank
FROM subject s;
CREATE UNIQUE INDEX deciding_tlp_by_asked ON deciding_tlp (asked);

-- 2.1 The meet of caveats: of all audiences in any of the sets, those that every set covers, the widest alone.
CREATE TABLE deciding_set AS
SELECT p.asked, o.statement FROM piece p JOIN own_caveat o ON o.holding = p.holding
UNION
SELECT m.asked, c.statement FROM mark_on m JOIN caveat c ON c.statement = m.statement;
CREATE INDEX deciding_set_by_asked ON deciding_set (asked, statement);

CREATE TABLE deciding_embargo AS
SELECT p.asked, s.statement FROM piece p
JOIN speaks_of s ON s.holding = p.holding JOIN embargo e ON e.statement = s.statement
UNION
SELECT m.asked, e.statement FROM mark_on m JOIN embargo e ON e.statement = m.statement;
CREATE INDEX deciding_embargo_by_asked ON deciding_embargo (asked, statement);

CREATE TABLE in_every_set AS
SELECT DISTINCT d.asked, a.audience
FROM deciding_set d JOIN caveat_audience a ON a.statement = d.statement
WHERE NOT EXISTS (
  SELECT 1 FROM deciding_set o
  WHERE o.asked = d.asked AND NOT EXISTS (
    SELECT 1 FROM covers c JOIN caveat_audience b ON b.audience = c.wide
    WHERE c.narrow = a.audience AND b.statement = o.statement
  )
);
CREATE INDEX in_every_set_by_asked ON in_every_set (asked, audience);

CREATE TABLE deciding_audience AS
SELECT e.asked, e.audience FROM in_every_set e
WHERE NOT EXISTS (
  SELECT 1 FROM covers c JOIN in_every_set o ON o.audience = c.wide
  WHERE c.narrow = e.audience AND o.asked = e.asked AND o.audience <> e.audience
);
CREATE INDEX deciding_audience_by_asked ON deciding_audience (asked, audience);

---------------------------------------------------------------------------------------------------------------------
-- 2.5 The circumstances

CREATE TABLE part AS
SELECT l.holding AS asked, l.holding FROM live l
UNION
SELECT l.holding, n.holding FROM live l
JOIN reach w ON w.node = l.node AND w.start = l.id
JOIN newest n ON n.node = w.node AND n.id = w.id;
CREATE INDEX part_by_asked ON part (asked, holding);

CREATE TABLE counts AS
SELECT h.holding, r.reader, g.kind, g.participant
FROM permit g
JOIN node n ON n.node = g.node AND n.now < g.until
JOIN live l ON l.node = g.node AND l.id = g.id
JOIN holding h ON h.holding = l.holding AND h.digest = g.digest AND h.purpose = g.purpose
JOIN reader r ON r.node = g.node
JOIN covers c ON c.narrow = r.reader AND c.wide = g.audience
WHERE NOT g.withdrawn
UNION
SELECT l.holding, r.reader, k.kind, l.source
FROM addressed m
JOIN (SELECT 'onward' AS kind UNION ALL SELECT 'sent') k
JOIN live l ON l.holding = m.holding
JOIN reader r ON r.node = l.node
JOIN covers c ON c.narrow = r.reader AND c.wide = m.audience;
CREATE INDEX counts_by_holding ON counts (holding, reader, kind, participant);

-- Parts that name a participant and are not agreed to; parts that are blocked by a code that nothing lifts.
CREATE TABLE names AS
SELECT DISTINCT p.asked, p.holding, o.value AS participant
FROM part p JOIN own_part o ON o.holding = p.holding AND o.part IN ('originator', 'consent_of')
UNION
SELECT p.asked, p.holding, v.value
FROM part p JOIN live l ON l.holding = p.holding
JOIN mark m ON m.node = l.node AND m.id = l.id AND m.by_hand
JOIN said v ON v.statement = m.statement AND v.part = 'consent_of';
CREATE INDEX names_by_asked ON names (asked, participant, holding);

CREATE TABLE agreed AS
SELECT DISTINCT x.asked, r.reader, x.participant
FROM names x JOIN live l ON l.holding = x.asked JOIN reader r ON r.node = l.node
WHERE EXISTS (
    SELECT 1 FROM counts c
    WHERE c.holding = x.holding AND c.reader = r.reader AND c.kind = 'onward' AND c.participant = x.participant
  )
  AND NOT EXISTS (
    SELECT 1 FROM names y
    WHERE y.asked = x.asked AND y.participant = x.participant AND NOT EXISTS (
      SELECT 1 FROM counts c
      WHERE c.holding = y.holding AND c.reader = r.reader AND c.kind = 'onward' AND c.participant = y.participant
    )
  );
CREATE INDEX agreed_by_asked ON agreed (asked, reader, participant);

CREATE TABLE lifted AS
SELECT DISTINCT p.asked, r.reader, b.code
FROM part p JOIN own_block b ON b.holding = p.holding
JOIN live l ON l.holding = p.asked JOIN reader r ON r.node = l.node
WHERE b.code IN (SELECT code FROM lifts)
  AND NOT EXISTS (
    SELECT 1 FROM part q JOIN own_block o ON o.holding = q.holding AND o.code = b.code
    WHERE q.asked = p.asked AND NOT EXISTS (
      SELECT 1 FROM counts c JOIN lifts f ON f.kind = c.kind AND f.code = b.code
      WHERE c.holding = q.holding AND c.reader = r.reader
    )
  );
CREATE INDEX lifted_by_asked ON lifted (asked, reader, code);

---------------------------------------------------------------------------------------------------------------------
-- Labels that are given outright stand instead of what follows

DELETE FROM deciding_tlp WHERE asked IN (SELECT asked FROM subject JOIN outright USING (holding));
INSERT INTO deciding_tlp
SELECT s.asked, CASE WHEN v.value IS NULL THEN NULL ELSE coalesce(t.rank, 9) END
FROM (SELECT DISTINCT holding FROM outright) o JOIN subject s ON s.holding = o.holding
LEFT JOIN outright v ON v.holding = o.holding AND v.part = 'tlp' LEFT JOIN tlp t ON t.level = v.value;

DELETE FROM deciding_part WHERE asked IN (SELECT asked FROM subject JOIN outright USING (holding));
INSERT INTO deciding_part
SELECT asked, part, value FROM outright JOIN subject USING (holding)
WHERE part IN ('pap', 'consent_of', 'classification', 'embargo', 'until', 'originator');

DELETE FROM deciding_block WHERE asked IN (SELECT asked FROM subject JOIN outright USING (holding));
INSERT INTO deciding_block SELECT asked, value FROM outright JOIN subject USING (holding) WHERE part = 'blocked';

DELETE FROM deciding_set WHERE asked IN (SELECT asked FROM subject JOIN outright USING (holding));
INSERT INTO deciding_set SELECT asked, 0 FROM outright JOIN subject USING (holding) WHERE part = 'caveat';

DELETE FROM deciding_audience WHERE asked IN (SELECT asked FROM subject JOIN outright USING (holding));
INSERT INTO deciding_audience
SELECT s.asked, o.value FROM outright o JOIN subject s ON s.holding = o.holding
WHERE o.part = 'releasable_to' AND NOT EXISTS (
  SELECT 1 FROM outright w JOIN covers c ON c.wide = w.value AND c.narrow = o.value
  WHERE w.holding = o.holding AND w.part = 'releasable_to' AND w.value <> o.value
);

DELETE FROM deciding_embargo WHERE asked IN (SELECT asked FROM subject JOIN outright USING (holding));
INSERT INTO deciding_embargo SELECT asked, holding FROM outright JOIN subject USING (holding) WHERE part = 'embargo';

DELETE FROM agreed WHERE asked IN (SELECT holding FROM outright);
INSERT INTO agreed
SELECT o.holding, r.reader, o.value FROM outright o
JOIN live l ON l.holding = o.holding JOIN reader r ON r.node = l.node WHERE o.part = 'agreed';

DELETE FROM lifted WHERE asked IN (SELECT holding FROM outright);
INSERT INTO lifted
SELECT o.holding, r.reader, o.value FROM outright o
JOIN live l ON l.holding = o.holding JOIN reader r ON r.node = l.node WHERE o.part = 'lifted';
