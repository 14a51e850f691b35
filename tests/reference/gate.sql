-- SPDX-License-Identifier: MIT
-- The release decision once more, from docs/policy/release.md alone: section 3, over the labels of labels.sql.
-- Ends in two tables: `verdict` (holding, reader) and `verdict_of_id` (id, reader); `decided` leaves R0 aside.
-- Every rule says of which questions it speaks; the first that speaks decides.
-- `step` is the order: the number of the rule times 100, then the order of its reasons.

---------------------------------------------------------------------------------------------------------------------
-- The questions: everybody about everything

CREATE TABLE label AS
SELECT s.asked, s.at_home, s.node, s.holding, s.id, n.now,
  n.participant AS home_participant, n.participant || '/' || n.organisation || ':' || n.capacity AS home,
  t.rank AS tlp,
  (
    SELECT max(p.rank) FROM deciding_part d JOIN pap p ON p.level = d.value WHERE d.asked = s.asked AND d.part = 'pap'
  ) AS pap,
  (SELECT max(d.value) FROM deciding_part d WHERE d.asked = s.asked AND d.part = 'embargo') AS embargo,
  (SELECT min(d.value) FROM deciding_part d WHERE d.asked = s.asked AND d.part = 'until') AS until,
  EXISTS (SELECT 1 FROM deciding_set d WHERE d.asked = s.asked) AS has_caveat,
  EXISTS (SELECT 1 FROM deciding_audience d WHERE d.asked = s.asked) AS names_somebody,
  EXISTS (
    SELECT 1 FROM deciding_part d WHERE d.asked = s.asked AND d.part = 'originator' AND d.value <> n.participant
  ) AS has_foreign_originator
FROM subject s JOIN node n ON n.node = s.node JOIN deciding_tlp t ON t.asked = s.asked;

CREATE TABLE question (
  question INTEGER PRIMARY KEY, asked INTEGER, node INTEGER, holding INTEGER, id TEXT,
  reader TEXT, desk TEXT, participant TEXT, organisation TEXT, person TEXT, home TEXT, home_participant TEXT,
  now INTEGER, tlp INTEGER, working_tlp INTEGER, pap INTEGER, embargo INTEGER, until INTEGER,
  has_caveat INTEGER, names_somebody INTEGER, has_foreign_originator INTEGER
);
INSERT INTO question
SELECT NULL, l.asked, l.node, l.holding, l.id, r.reader,
  CASE a.person WHEN '' THEN r.reader ELSE a.participant || '/' || a.organisation || ':' || a.capacity END,
  a.participant, a.organisation, a.person, l.home, l.home_participant, l.now, l.tlp,
  CASE WHEN l.now < l.embargo AND l.tlp < 3 THEN 3 ELSE l.tlp END,  -- before embargo: AMBER+STRICT where wider
  l.pap, l.embargo, l.until, l.has_caveat, l.names_somebody, l.has_foreign_originator
FROM label l JOIN reader r ON r.node = l.node JOIN audience a ON a.audience = r.reader
WHERE l.at_home = (r.reader = l.home OR r.reader GLOB l.home || '@*');
CREATE INDEX question_by_holding ON question (holding, reader);


---------------------------------------------------------------------------------------------------------------------
-- The rules

CREATE TABLE speaks (question INTEGER, step INTEGER, rule TEXT, allowed INTEGER, reason TEXT);

-- R1
INSERT INTO speaks
SELECT question, 100, 'R1', 0, 'release.unknown-reader' FROM question q
WHERE NOT EXISTS (SELECT 1 FROM desk d WHERE d.node = q.node AND d.audience = q.desk);

-- R2
INSERT INTO speaks
SELECT question, 200, 'R2', 1, 'release.holder' FROM question
WHERE desk = home AND NOT (tlp IS 4 AND has_foreign_originator);

-- R3
INSERT INTO speaks
SELECT q.question, 300 + coalesce(b.gravity, 99), 'R3', 0, coalesce('release.' || b.code, 'release.unknown-block')
FROM question q JOIN deciding_block d ON d.asked = q.asked LEFT JOIN block b ON b.code = d.code
WHERE NOT EXISTS (SELECT 1 FROM lifted l WHERE l.asked = q.holding AND l.reader = q.reader AND l.code = d.code);

-- R4
INSERT INTO speaks SELECT question, 400, 'R4', 0, 'release.no-tlp' FROM question WHERE tlp IS NULL;
INSERT INTO speaks
SELECT question, 401, 'R4', 0, 'release.no-originator' FROM question q
WHERE NOT EXISTS (SELECT 1 FROM deciding_part d WHERE d.asked = q.asked AND d.part = 'originator');

-- R5
INSERT INTO speaks SELECT question, 500, 'R5', 0, 'release.red' FROM question WHERE tlp = 4 AND person = '';
INSERT INTO speaks
SELECT question, 501, 'R5', 0, 'release.red-person' FROM question q
WHERE tlp = 4 AND NOT EXISTS (SELECT 1 FROM deciding_audience d WHERE d.asked = q.asked AND d.audience = q.reader);

-- R6
INSERT INTO speaks
SELECT question, 601, 'R6', 0, 'release.caveat' FROM question q
WHERE has_caveat AND NOT EXISTS (
  SELECT 1 FROM deciding_audience d JOIN covers c ON c.wide = d.audience
  WHERE c.narrow = q.reader AND d.asked = q.asked
);
INSERT INTO speaks
SELECT question, 600, 'R6', 0, 'release.caveat-nobody' FROM question WHERE has_caveat AND NOT names_somebody;

-- R7
INSERT INTO speaks
SELECT DISTINCT q.question, 700, 'R7', 0, 'release.classification'
FROM question q JOIN deciding_part d ON d.asked = q.asked AND d.part = 'classification'
WHERE NOT EXISTS (
    SELECT 1 FROM level v WHERE v.node = q.node AND v.participant || ':' || v.level = d.value
  )
  OR (
    substr(d.value, 1, 3) <> q.participant
    AND NOT EXISTS (
      SELECT 1 FROM taker t
      WHERE t.node = q.node AND t.participant || ':' || t.level = d.value AND t.taker = q.participant
    )
  );

-- R8
INSERT INTO speaks SELECT question, 800, 'R8', 0, 'release.expired' FROM question WHERE now >= until;
INSERT INTO speaks
SELECT question, 801, 'R8', 0, 'release.embargo' FROM question q
WHERE now < embargo AND EXISTS (
  SELECT 1 FROM deciding_embargo e WHERE e.asked = q.asked AND NOT EXISTS (
    SELECT 1 FROM covers c JOIN ahead_audience a ON a.audience = c.wide
    WHERE c.narrow = q.reader AND a.statement = e.statement
  )
);

-- R9
INSERT INTO speaks
SELECT DISTINCT q.question,
  CASE d.part WHEN 'consent_of' THEN 900 ELSE 901 END, 'R9', 0,
  CASE d.part WHEN 'consent_of' THEN 'release.originator-control' ELSE 'release.third-party' END
FROM question q JOIN deciding_part d ON d.asked = q.asked
WHERE (d.part = 'consent_of' OR (d.part = 'originator' AND q.working_tlp IN (2, 3, 4)))
  AND d.value NOT IN (q.home_participant, q.participant)
  AND NOT EXISTS (
    SELECT 1 FROM agreed a WHERE a.asked = q.holding AND a.reader = q.reader AND a.participant = d.value
  );

-- R10
INSERT INTO speaks
SELECT question, 1000, 'R10', 0, 'release.named-organisation' FROM question
WHERE working_tlp IN (2, 3) AND organisation = '';

-- R11
INSERT INTO speaks
SELECT question, 1100, 'R11', 0, 'release.community' FROM question q
WHERE working_tlp = 1 AND NOT EXISTS (
  SELECT 1 FROM community m JOIN covers c ON c.wide = m.audience AND c.narrow = q.reader WHERE m.node = q.node
);

-- R12: a rule speaks unless one of the members it has does not.
INSERT INTO speaks
SELECT DISTINCT q.question, 1200, 'R12', 0, 'release.local'
FROM question q JOIN local_rule r ON r.node = q.node
WHERE NOT EXISTS (
  SELECT 1 FROM local_member m
  WHERE m.node = r.node AND m.rule = r.rule AND NOT EXISTS (
    SELECT 1 FROM local_value v
    WHERE v.node = m.node AND v.rule = m.rule AND v.member = m.member AND CASE v.member
      WHEN 'tlp' THEN EXISTS (SELECT 1 FROM tlp t WHERE t.level = v.value AND t.rank = q.working_tlp)
      WHEN 'pap' THEN EXISTS (SELECT 1 FROM pap p WHERE p.level = v.value AND p.rank = q.pap)
      WHEN 'originators' THEN EXISTS (
        SELECT 1 FROM deciding_part d WHERE d.asked = q.asked AND d.part = 'originator' AND d.value = v.value
      )
      WHEN 'classifications' THEN EXISTS (
        SELECT 1 FROM deciding_part d WHERE d.asked = q.asked AND d.part = 'classification' AND d.value = v.value
      )
      WHEN 'to' THEN EXISTS (SELECT 1 FROM covers c WHERE c.wide = v.value AND c.narrow = q.reader)
    END
  )
);

-- R13, R14
INSERT INTO speaks
SELECT question, 1300, 'R13', 1, 'release.allowed' FROM question q
WHERE EXISTS (SELECT 1 FROM tlp t WHERE t.rank = q.working_tlp);
INSERT INTO speaks SELECT question, 1400, 'R14', 0, 'release.nothing-allows' FROM question;

CREATE INDEX speaks_by_question ON speaks (question, step);
CREATE TABLE decided AS
SELECT q.node, q.asked, q.holding, q.id, q.reader, s.rule, s.allowed, s.reason
FROM question q JOIN speaks s ON s.question = q.question
WHERE NOT EXISTS (SELECT 1 FROM speaks e WHERE e.question = s.question AND e.step < s.step);
CREATE INDEX decided_by_holding ON decided (holding, reader);

-- R0 is asked of the holding, before any label. What says of itself that it was revoked may go, to tell so.
CREATE TABLE withdrawn AS
SELECT h.holding FROM holding h
WHERE NOT h.revoked AND (
  EXISTS (
    SELECT 1 FROM holding r
    WHERE r.node = h.node AND r.id = h.id AND r.source IN (h.source, '') AND r.revoked AND r.version >= h.version
  )
  OR EXISTS (
    SELECT 1 FROM withdrawal w
    WHERE w.node = h.node AND w.id = h.id AND w.partner = h.source
      AND (w.version > h.version OR (w.kind = 'revoke' AND w.version = h.version))
  )
);

CREATE TABLE absent AS
WITH why (holding, reader, step, reason) AS (
  SELECT h.holding, r.reader, 1, 'release.recalled' FROM holding h JOIN reader r ON r.node = h.node
  WHERE EXISTS (SELECT 1 FROM recall c WHERE c.node = h.node AND c.id = h.id AND c.partner IN ('', h.source))
  UNION ALL
  SELECT h.holding, r.reader, 2, 'release.not-held' FROM holding h JOIN reader r ON r.node = h.node
  WHERE NOT EXISTS (SELECT 1 FROM live l WHERE l.holding = h.holding)
  UNION ALL
  SELECT h.holding, r.reader, 3, 'release.replaced' FROM holding h JOIN reader r ON r.node = h.node
  WHERE EXISTS (
    SELECT 1 FROM live o WHERE o.node = h.node AND o.id = h.id AND o.source = h.source
      AND (o.version, o.arrival) > (h.version, h.arrival)
  )
  UNION ALL
  SELECT h.holding, r.reader, 4, 'release.due' FROM holding h JOIN node n ON n.node = h.node
  JOIN reader r ON r.node = h.node
  WHERE h.dispose_by / 1000 * 1000 <= n.now  -- whole milliseconds, cut down
  UNION ALL
  SELECT h.holding, r.reader, 5, 'release.withdrawn'
  FROM holding h JOIN withdrawn w ON w.holding = h.holding JOIN node n ON n.node = h.node
  JOIN reader r ON r.node = h.node JOIN audience a ON a.audience = r.reader AND a.participant <> n.participant
)
SELECT w.holding, w.reader, w.reason FROM why w
WHERE NOT EXISTS (SELECT 1 FROM why e WHERE e.holding = w.holding AND e.reader = w.reader AND e.step < w.step);
CREATE UNIQUE INDEX absent_by_holding ON absent (holding, reader);

CREATE TABLE verdict AS
SELECT h.node, h.holding, h.id, a.reader, 'R0' AS rule, 0 AS allowed, a.reason
FROM absent a JOIN holding h ON h.holding = a.holding
UNION ALL
SELECT d.node, d.holding, d.id, d.reader, d.rule, d.allowed, d.reason FROM decided d
WHERE NOT EXISTS (SELECT 1 FROM absent a WHERE a.holding = d.holding AND a.reader = d.reader);
CREATE INDEX verdict_by_holding ON verdict (holding, reader);

-- Of several holdings of an id: our own before any partner's, then the highest version, then the latest.
CREATE TABLE would_go AS
SELECT l.node, l.id, l.holding FROM live l
WHERE NOT EXISTS (
  SELECT 1 FROM live o
  WHERE o.node = l.node AND o.id = l.id
    AND (o.source = '', o.version, o.arrival) > (l.source = '', l.version, l.arrival)
);
CREATE UNIQUE INDEX would_go_by_id ON would_go (node, id);

CREATE TABLE verdict_of_id AS
WITH asked (node, id) AS (
  SELECT node, id FROM holding
  UNION SELECT h.node, r.id FROM reference r JOIN holding h ON h.holding = r.holding
  UNION SELECT node, id FROM recall
)
SELECT a.node, a.id, v.reader, v.rule, v.allowed, v.reason
FROM asked a JOIN would_go w ON w.node = a.node AND w.id = a.id JOIN verdict v ON v.holding = w.holding
UNION ALL
SELECT a.node, a.id, r.reader, 'R0', 0, CASE
    WHEN EXISTS (SELECT 1 FROM recall c WHERE c.node = a.node AND c.id = a.id AND c.partner = '')
    THEN 'release.recalled'
    ELSE 'release.not-held'
  END
FROM asked a JOIN reader r ON r.node = a.node
WHERE NOT EXISTS (SELECT 1 FROM would_go w WHERE w.node = a.node AND w.id = a.id);
