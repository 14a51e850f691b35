-- SPDX-License-Identifier: MIT
-- Which features meet in what decides a question, over the tables of tests/reference. R0 decides without a label.

CREATE TABLE in_force AS  -- every statement that speaks in a deciding label, and how it got there
SELECT p.asked, s.statement, s.how FROM piece p JOIN speaks_of s ON s.holding = p.holding
UNION
SELECT m.asked, m.statement, CASE k.by_hand WHEN 1 THEN 'mark' ELSE 'narrow' END
FROM mark_on m JOIN mark k ON k.statement = m.statement;

CREATE TABLE feature AS
SELECT p.asked, 'tlp ' || coalesce(t.level, 'none') AS feature
FROM piece p JOIN own_tlp o ON o.holding = p.holding LEFT JOIN tlp t ON t.rank = o.rank
UNION SELECT f.asked, 'tlp ' || v.value FROM in_force f JOIN said v ON v.statement = f.statement AND v.part = 'tlp'
UNION SELECT f.asked, 'pap ' || v.value FROM in_force f JOIN said v ON v.statement = f.statement AND v.part = 'pap'
UNION SELECT f.asked, 'by ' || f.how FROM in_force f
UNION
SELECT f.asked, CASE
    WHEN a.person <> '' THEN 'caveat person' WHEN a.capacity <> '' THEN 'caveat capacity'
    WHEN a.organisation <> '' THEN 'caveat organisation' ELSE 'caveat participant'
  END
FROM in_force f
JOIN said v ON v.statement = f.statement AND v.part = 'releasable_to' JOIN audience a ON a.audience = v.value
UNION
SELECT d.asked, 'caveat nobody' FROM deciding_set d
WHERE NOT EXISTS (SELECT 1 FROM deciding_audience a WHERE a.asked = d.asked)
UNION
SELECT l.asked, CASE WHEN d.value = l.home_participant THEN 'consent home' ELSE 'consent other' END
FROM label l JOIN deciding_part d ON d.asked = l.asked AND d.part = 'consent_of'
UNION
SELECT l.asked, CASE WHEN d.value = l.home_participant THEN 'originator home' ELSE 'originator other' END
FROM label l JOIN deciding_part d ON d.asked = l.asked AND d.part = 'originator'
UNION
SELECT l.asked, CASE WHEN v.level IS NULL THEN 'classified unlisted' ELSE 'classified listed' END
FROM label l JOIN deciding_part d ON d.asked = l.asked AND d.part = 'classification'
LEFT JOIN level v ON v.node = l.node AND v.participant || ':' || v.level = d.value
UNION
SELECT l.asked, d.part || CASE WHEN d.value < l.now THEN ' past' WHEN d.value = l.now THEN ' now' ELSE ' ahead' END
FROM label l JOIN deciding_part d ON d.asked = l.asked AND d.part IN ('embargo', 'until')
UNION
SELECT d.asked, CASE WHEN a.audience IS NULL THEN 'ahead nobody' ELSE 'ahead somebody' END
FROM deciding_embargo d LEFT JOIN ahead_audience a ON a.statement = d.statement
UNION
SELECT d.asked, 'blocked ' || CASE WHEN b.code IS NULL THEN 'unlisted' ELSE b.code END
FROM deciding_block d LEFT JOIN block b ON b.code = d.code;
CREATE INDEX feature_by_asked ON feature (asked, feature);

CREATE TABLE weight AS  -- how many questions a label decides
SELECT asked, count(*) AS questions FROM decided
WHERE NOT EXISTS (SELECT 1 FROM absent a WHERE a.holding = decided.holding AND a.reader = decided.reader)
GROUP BY asked;
CREATE UNIQUE INDEX weight_by_asked ON weight (asked);

CREATE TABLE together AS
SELECT a.feature AS one, b.feature AS other, sum(w.questions) AS questions
FROM weight w JOIN feature a ON a.asked = w.asked JOIN feature b ON b.asked = w.asked AND b.feature >= a.feature
GROUP BY 1, 2;

-- Grants of what a question is about: those that count, and those that one thing alone keeps from counting.
CREATE TABLE granted AS
WITH conditions AS (
  SELECT p.asked, r.reader, h.digest = g.digest AS version, g.purpose IS h.purpose AS purpose, n.now < g.until AS time,
    NOT g.withdrawn AS stands,
    EXISTS (SELECT 1 FROM covers c WHERE c.wide = g.audience AND c.narrow = r.reader) AS audience
  FROM permit g
  JOIN node n ON n.node = g.node
  JOIN live l ON l.node = g.node AND l.id = g.id
  JOIN holding h ON h.holding = l.holding
  JOIN part p ON p.holding = l.holding
  JOIN reader r ON r.node = g.node
)
SELECT CASE
    WHEN version + purpose + time + stands + audience = 5 THEN 'counts'
    WHEN NOT version THEN 'other version' WHEN NOT purpose THEN 'other purpose' WHEN NOT time THEN 'over'
    WHEN NOT stands THEN 'withdrawn' ELSE 'other audience'
  END AS how, count(*) AS questions
FROM conditions
WHERE version + purpose + time + stands + audience >= 4
GROUP BY 1;
