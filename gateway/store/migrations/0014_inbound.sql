-- What ATSs tell and ask of us: webhooks, orders, withdrawals, and what connectors keep between calls.

-- What a connector keeps for one connection. It goes with the connection.
CREATE TABLE connection_state (
    connection TEXT NOT NULL REFERENCES connections (id),
    key TEXT NOT NULL,
    -- Sealed like a secret: nobody but the connector knows what it is.
    sealed BLOB NOT NULL,
    -- Bytes of key and value as the connector gave them, which its quota counts.
    size BIGINT NOT NULL CHECK (size >= 0),
    PRIMARY KEY (connection, key)
);

-- What an ATS told, so that a repeat is known: ids and states, nobody's name or address.
CREATE TABLE ats_events (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    -- SHA-256 of the ATS's own id of it, or of what it tells where the ATS gives none.
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (connection, digest)
);
CREATE INDEX ats_events_by_age ON ats_events (received_at);

-- Candidates that are no more at their ATS: merged into another, or (NULL) deleted.
CREATE TABLE gone_candidates (
    connection TEXT NOT NULL REFERENCES connections (id),
    candidate TEXT NOT NULL,
    merged_into TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (connection, candidate)
);
CREATE INDEX gone_candidates_by_age ON gone_candidates (at);

-- Submissions are found by the ATS's ids of the application and the candidate, which stand in a document.
-- On SQLite:
CREATE INDEX submissions_by_application ON submissions (connection, (application ->> '$.id'));
CREATE INDEX submissions_by_candidate ON submissions (connection, (application ->> '$.candidate.id'))
    WHERE (application ->> '$.candidate.id') IS NOT NULL;
-- On PostgreSQL:
CREATE INDEX submissions_by_application ON submissions (connection, (CAST(application AS JSON) ->> 'id'));
CREATE INDEX submissions_by_candidate ON submissions (connection, (CAST(application AS JSON) -> 'candidate' ->> 'id'))
    WHERE (CAST(application AS JSON) -> 'candidate' ->> 'id') IS NOT NULL;
-- On both:

-- An application that was withdrawn, and by whom. Its state stays: how far the work had come.
ALTER TABLE submissions ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE submissions ADD COLUMN withdrawn_by TEXT CHECK (withdrawn_by IN ('applicant', 'employer'))
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL));

-- Assessments that an ATS has ordered.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    posting TEXT NOT NULL REFERENCES postings (id),
    -- The ATS's id.
    application TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ordered', 'completed', 'cancelled')),
    -- Whose result the ATS was brought.
    submission TEXT REFERENCES submissions (id),
    ended_at BIGINT,
    CHECK ((state = 'completed') = (submission IS NOT NULL)),
    CHECK ((state = 'ordered') = (ended_at IS NULL))
);
CREATE INDEX orders_of_tenant ON orders (tenant, id);
CREATE INDEX orders_of_application ON orders (connection, application);

-- A withdrawal is brought to the ATS like a result.
CREATE TABLE deliveries_14 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL CHECK (kind IN ('result', 'correction', 'withdrawal', 'event')),
    submission TEXT REFERENCES submissions (id),
    connection TEXT REFERENCES connections (id),
    -- The gate it passes, and what must not be delivered at the same time or out of order.
    gate TEXT NOT NULL REFERENCES gates (id),
    serialization_key TEXT NOT NULL,
    -- All attempts ever begun; and those of the present series that count.
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    tries BIGINT NOT NULL CHECK (tries >= 0),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'exhausted', 'cancelled')),
    next_at BIGINT,
    ended_at BIGINT,
    receipt TEXT,
    failure TEXT,
    event TEXT REFERENCES events (id),
    event_type TEXT,
    endpoint TEXT REFERENCES endpoints (id),
    CHECK ((kind <> 'event') = (connection IS NOT NULL)),
    CHECK ((kind <> 'event') = (submission IS NOT NULL)),
    CHECK ((kind = 'event') = (event IS NOT NULL)),
    CHECK ((kind = 'event') = (event_type IS NOT NULL)),
    CHECK ((kind = 'event') = (endpoint IS NOT NULL)),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK ((state = 'delivered') = (receipt IS NOT NULL)),
    CHECK ((state = 'exhausted') = (failure IS NOT NULL))
);
INSERT INTO deliveries_14
    SELECT id, tenant, kind, submission, connection, gate, serialization_key, attempts, tries, state, next_at, ended_at,
        receipt, failure, event, event_type, endpoint
    FROM deliveries;

CREATE TABLE attempts_14 (
    id TEXT PRIMARY KEY,
    delivery TEXT NOT NULL REFERENCES deliveries_14 (id),
    number BIGINT NOT NULL CHECK (number >= 1),
    at BIGINT NOT NULL,
    ended_at BIGINT,
    receipt TEXT,
    failure TEXT,
    UNIQUE (delivery, number),
    -- An attempt that has ended has exactly one of the two; one that has not (or whose process died) has neither.
    CHECK ((ended_at IS NULL) = (receipt IS NULL AND failure IS NULL)),
    CHECK (receipt IS NULL OR failure IS NULL)
);
INSERT INTO attempts_14 SELECT id, delivery, number, at, ended_at, receipt, failure FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
ALTER TABLE deliveries_14 RENAME TO deliveries;
ALTER TABLE attempts_14 RENAME TO attempts;
CREATE INDEX deliveries_of_tenant ON deliveries (tenant, id);
CREATE INDEX deliveries_of_submission ON deliveries (submission);
CREATE INDEX deliveries_exhausted ON deliveries (tenant, id) WHERE state = 'exhausted';
CREATE INDEX deliveries_by_age ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_of_event ON deliveries (event) WHERE event IS NOT NULL;
CREATE INDEX deliveries_events_ended ON deliveries (ended_at) WHERE kind = 'event' AND ended_at IS NOT NULL;
