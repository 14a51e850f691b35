-- SPDX-License-Identifier: MIT
-- What a release decision is given, for many nodes at once. Every row belongs to a `node`: a world of its own.
-- Moments are whole microseconds since 1970. Audiences are texts as the policy writes them. Own material has the
-- source ''; a partner's has the partner's name.

CREATE TABLE node (
  node INTEGER PRIMARY KEY,
  now INTEGER NOT NULL,
  participant TEXT NOT NULL, organisation TEXT NOT NULL, capacity TEXT NOT NULL,   -- its home
  closure_limit INTEGER NOT NULL                                                   -- 10,000 in the policy
);

-- The profile.
CREATE TABLE participant (node INTEGER, participant TEXT, PRIMARY KEY (node, participant)) WITHOUT ROWID;
CREATE TABLE organisation (
  node INTEGER, participant TEXT, organisation TEXT,
  PRIMARY KEY (node, participant, organisation)
) WITHOUT ROWID;
CREATE TABLE capacity (
  node INTEGER, participant TEXT, organisation TEXT, capacity TEXT,
  PRIMARY KEY (node, participant, organisation, capacity)
) WITHOUT ROWID;
CREATE TABLE community (node INTEGER, audience TEXT, PRIMARY KEY (node, audience)) WITHOUT ROWID;
CREATE TABLE level (
  node INTEGER, participant TEXT, level TEXT,
  PRIMARY KEY (node, participant, level)
) WITHOUT ROWID;
CREATE TABLE taker (
  node INTEGER, participant TEXT, level TEXT, taker TEXT,
  PRIMARY KEY (node, participant, level, taker)
) WITHOUT ROWID;

-- Local rules; a member that a rule has stands in local_member, its values in local_value.
CREATE TABLE local_rule (node INTEGER, rule INTEGER, PRIMARY KEY (node, rule)) WITHOUT ROWID;
CREATE TABLE local_member (
  node INTEGER, rule INTEGER, member TEXT,
  PRIMARY KEY (node, rule, member)
) WITHOUT ROWID;
CREATE TABLE local_value (
  node INTEGER, rule INTEGER, member TEXT, value,
  PRIMARY KEY (node, rule, member, value)
) WITHOUT ROWID;

-- Who asks.
CREATE TABLE reader (node INTEGER, reader TEXT, PRIMARY KEY (node, reader)) WITHOUT ROWID;

-- Holdings. `holding` is unique over all nodes.
CREATE TABLE holding (
  holding INTEGER PRIMARY KEY,
  node INTEGER NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL,
  version INTEGER NOT NULL, arrival INTEGER NOT NULL,
  digest TEXT NOT NULL,
  is_definition INTEGER NOT NULL, disposed INTEGER NOT NULL,
  revoked INTEGER NOT NULL,  -- whether it says so itself
  -- The handling basis; NULL where it is not stated.
  collection TEXT, purpose TEXT, permitted_use TEXT, personal_data TEXT, victim TEXT, dispose_by INTEGER
);
CREATE TABLE marking (holding INTEGER, marking TEXT, PRIMARY KEY (holding, marking)) WITHOUT ROWID;
CREATE TABLE reference (holding INTEGER, id TEXT, PRIMARY KEY (holding, id)) WITHOUT ROWID;
CREATE TABLE intake_block (holding INTEGER, code TEXT, PRIMARY KEY (holding, code)) WITHOUT ROWID;
-- What a marking definition carries: ('definition_type', '', value), ('definition', member, value),
-- (extension id, '', '') for every extension, (extension id, member, value) for every value of every member; an empty
-- list is the value 0; a member within a member has both names, with a point between.
CREATE TABLE carries (
  holding INTEGER, place TEXT, member TEXT, value,
  PRIMARY KEY (holding, place, member, value)
) WITHOUT ROWID;

-- Entries of lists in ACS 3.0, which are objects: who may share on, and what whom is allowed.
CREATE TABLE acs_sharing (
  holding INTEGER, entry INTEGER, effect TEXT, scope TEXT,
  PRIMARY KEY (holding, entry, scope)
) WITHOUT ROWID;
CREATE TABLE acs_privilege (
  holding INTEGER, entry INTEGER, action TEXT, effect TEXT,
  PRIMARY KEY (holding, entry)
) WITHOUT ROWID;

-- Statements beside markings, each a number of its own over all nodes. Parts and their values: tlp, pap (a level in
-- capitals), caveat (''; there is one), releasable_to (an audience of it), consent_of, originator (a participant),
-- classification (PPP:level), embargo, until (a moment), ahead (an audience, beside an
-- embargo), blocked (a code).
CREATE TABLE said (statement INTEGER, part TEXT, value, PRIMARY KEY (statement, part, value)) WITHOUT ROWID;
-- What was said at import.
CREATE TABLE import (
  holding INTEGER, statement INTEGER,
  PRIMARY KEY (holding, statement)
) WITHOUT ROWID;
-- What a partner said of what it sent, and to whom.
CREATE TABLE manifest (holding INTEGER PRIMARY KEY, statement INTEGER);
CREATE TABLE addressed (
  holding INTEGER, audience TEXT,
  PRIMARY KEY (holding, audience)
) WITHOUT ROWID;
-- A mark on an id: by hand it holds for every source, a partner's `narrow` for what that partner gave.
CREATE TABLE mark (
  node INTEGER, id TEXT, statement INTEGER, by_hand INTEGER, partner TEXT,
  PRIMARY KEY (node, id, statement)
) WITHOUT ROWID;

-- Recalls by this node (partner '') or by the partner that gave it; they stand also while nothing is held.
CREATE TABLE recall (node INTEGER, id TEXT, partner TEXT, PRIMARY KEY (node, id, partner)) WITHOUT ROWID;

-- A partner's `revoke` (of this version and all before it) or `correct` (of all before it).
CREATE TABLE withdrawal (
  node INTEGER, id TEXT, partner TEXT, kind TEXT, version INTEGER,
  PRIMARY KEY (node, id, partner, kind, version)
) WITHOUT ROWID;

CREATE TABLE permit (  -- a grant; GRANT is a word of SQL
  permit INTEGER PRIMARY KEY,
  node INTEGER NOT NULL, kind TEXT NOT NULL, participant TEXT NOT NULL,  -- who grants an `onward`
  id TEXT NOT NULL, digest TEXT NOT NULL, audience TEXT NOT NULL, purpose TEXT NOT NULL,
  until INTEGER NOT NULL, withdrawn INTEGER NOT NULL
);

-- Deciding labels that are given outright, for what no material leads to and for the examples of the policy: parts as
-- in `said`, and `agreed` (a participant), `lifted` (a code). A holding that has a row here has all of its label here.
CREATE TABLE outright (holding INTEGER, part TEXT, value, PRIMARY KEY (holding, part, value)) WITHOUT ROWID;
