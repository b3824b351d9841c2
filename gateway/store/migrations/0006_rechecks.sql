-- Re-checks: what verdicts rest on, when to look at it again, and what was said before.

ALTER TABLE submissions ADD COLUMN checked_at BIGINT CHECK (checked_at IS NULL OR state = 'assessed');
-- When to look again for a reason of its own: time alone may have changed the verdict, or the last look was put off.
ALTER TABLE submissions ADD COLUMN recheck_at BIGINT CHECK (recheck_at IS NULL OR state = 'assessed');
CREATE INDEX submissions_to_recheck ON submissions (recheck_at) WHERE recheck_at IS NOT NULL;
-- What was assessed before this migration is looked at once, so that it is known what it rests on.
UPDATE submissions SET checked_at = assessed_at, recheck_at = assessed_at WHERE state = 'assessed';

-- Documents that verdicts rest on. Each is looked at once for all who depend on it, whoever's they are.
CREATE TABLE sources (
    -- SHA-256 of the address, which may be longer than what can be indexed.
    id BLOB PRIMARY KEY,
    url TEXT NOT NULL,
    -- Of what was there when it was last read. No bytes: it could not be read, or not for so long that nothing rests on it.
    digest BLOB NOT NULL,
    due_at BIGINT NOT NULL,
    -- Since when it cannot be read.
    silent_since BIGINT,
    -- 1: some who depend on it have seen something else, and are to be re-checked.
    is_spreading BIGINT NOT NULL DEFAULT 0 CHECK (is_spreading IN (0, 1))
);
CREATE INDEX sources_due ON sources (due_at);
CREATE INDEX sources_spreading ON sources (id) WHERE is_spreading = 1;

-- What a submission's verdict rests on.
CREATE TABLE grounds (
    submission TEXT NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    source BLOB NOT NULL REFERENCES sources (id),
    -- Of what was there when it was judged, or is there for the re-check that is in the queue. No bytes: nothing was had.
    digest BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (submission, source)
);
-- Those who have seen something else are found without looking at those who have not.
CREATE INDEX grounds_by_source ON grounds (source, digest, submission);
CREATE INDEX grounds_by_age ON grounds (received_at);

-- What was said of a submission until a re-check found something else. An assessment is replaced once.
CREATE TABLE earlier_assessments (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    submission TEXT NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL,
    report TEXT NOT NULL,
    assessment TEXT NOT NULL
);
CREATE INDEX earlier_assessments_of_submission ON earlier_assessments (submission, replaced_at);

-- Re-checking is work too; one submission is never re-checked twice at the same time.
CREATE TABLE tasks_6 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    gate TEXT NOT NULL REFERENCES gates (id),
    kind TEXT NOT NULL CHECK (kind IN ('assess', 'deliver', 'recheck')),
    subject TEXT NOT NULL,
    serialization_key TEXT,
    run_at BIGINT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    lease_token TEXT,
    CHECK ((kind = 'assess') = (serialization_key IS NULL))
);
INSERT INTO tasks_6 (id, tenant, gate, kind, subject, serialization_key, run_at, attempt, lease_token)
    SELECT id, tenant, gate, kind, subject, serialization_key, run_at, attempt, lease_token FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_6 RENAME TO tasks;
CREATE INDEX tasks_due ON tasks (gate, run_at, id);
CREATE INDEX tasks_serialized ON tasks (serialization_key, id) WHERE serialization_key IS NOT NULL;
CREATE INDEX tasks_leased ON tasks (gate) WHERE lease_token IS NOT NULL;
CREATE INDEX tasks_of_subject ON tasks (subject);
CREATE INDEX tasks_to_recheck ON tasks (id) WHERE kind = 'recheck';
