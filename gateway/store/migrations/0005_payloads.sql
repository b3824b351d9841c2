-- Payloads say how they are kept, which submissions refer to them is a relation, and what is past its time is retired.

CREATE TABLE payloads_5 (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    digest BLOB NOT NULL,
    -- Of the bytes as they were handed in. So is the digest.
    size BIGINT NOT NULL CHECK (size >= 0),
    encoding TEXT NOT NULL CHECK (encoding IN ('plain', 'zstd')),
    -- The encoded bytes: here, or in the folder or bucket under this name.
    bytes BLOB,
    object TEXT,
    PRIMARY KEY (tenant, digest),
    CHECK ((bytes IS NULL) <> (object IS NULL)),
    CHECK (encoding <> 'plain' OR bytes IS NULL OR length(bytes) = size)
);
INSERT INTO payloads_5 SELECT tenant, digest, length(bytes), 'plain', bytes, NULL FROM payloads;
DROP TABLE payloads;
ALTER TABLE payloads_5 RENAME TO payloads;
CREATE INDEX payloads_in_objects ON payloads (tenant, digest) WHERE object IS NOT NULL;

CREATE TABLE submissions_5 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    posting TEXT NOT NULL REFERENCES postings (id),
    application TEXT NOT NULL,
    language TEXT NOT NULL,
    payloads TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'assessed', 'rejected', 'retired')),
    assessed_at BIGINT,
    report TEXT,
    assessment TEXT,
    rejected_at BIGINT,
    rejected_code TEXT,
    retired_at BIGINT,
    -- When it lost its right to the bytes of its credentials, which may be before it is retired itself.
    credentials_retired_at BIGINT,
    CHECK ((state = 'assessed') = (assessed_at IS NOT NULL)),
    CHECK ((state = 'assessed') = (report IS NOT NULL)),
    CHECK ((state = 'assessed') = (assessment IS NOT NULL)),
    CHECK ((state = 'rejected') = (rejected_at IS NOT NULL)),
    CHECK ((state = 'rejected') = (rejected_code IS NOT NULL)),
    CHECK ((state = 'retired') = (retired_at IS NOT NULL)),
    CHECK (state <> 'retired' OR (payloads = '[]' AND credentials_retired_at IS NOT NULL)),
    CHECK (state <> 'received' OR credentials_retired_at IS NULL)
);
INSERT INTO submissions_5
    SELECT id, tenant, connection, posting, application, language, payloads, received_at, state, assessed_at, report,
        assessment, rejected_at, rejected_code, NULL, NULL
    FROM submissions;

CREATE TABLE shares_5 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    submission TEXT NOT NULL UNIQUE REFERENCES submissions_5 (id),
    digest BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
INSERT INTO shares_5 SELECT id, tenant, submission, digest, sealed, expires_at FROM shares;

CREATE TABLE deliveries_5 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL CHECK (kind IN ('result', 'correction', 'event')),
    submission TEXT REFERENCES submissions_5 (id),
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
    CHECK ((kind <> 'event') = (connection IS NOT NULL)),
    CHECK ((kind <> 'event') = (submission IS NOT NULL)),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK ((state = 'delivered') = (receipt IS NOT NULL)),
    CHECK ((state = 'exhausted') = (failure IS NOT NULL))
);
INSERT INTO deliveries_5
    SELECT id, tenant, kind, submission, connection, gate, serialization_key, attempts, tries, state, next_at, ended_at,
        receipt, failure
    FROM deliveries;

CREATE TABLE attempts_5 (
    id TEXT PRIMARY KEY,
    delivery TEXT NOT NULL REFERENCES deliveries_5 (id),
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
INSERT INTO attempts_5 SELECT id, delivery, number, at, ended_at, receipt, failure FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE shares;
DROP TABLE submissions;
ALTER TABLE submissions_5 RENAME TO submissions;
ALTER TABLE shares_5 RENAME TO shares;
ALTER TABLE deliveries_5 RENAME TO deliveries;
ALTER TABLE attempts_5 RENAME TO attempts;

CREATE INDEX submissions_of_tenant ON submissions (tenant, id);
CREATE INDEX submissions_by_age ON submissions (received_at) WHERE state IN ('assessed', 'rejected');
CREATE INDEX credentials_by_age ON submissions (received_at)
    WHERE state IN ('assessed', 'rejected') AND credentials_retired_at IS NULL;
CREATE INDEX deliveries_of_tenant ON deliveries (tenant, id);
CREATE INDEX deliveries_of_submission ON deliveries (submission);
CREATE INDEX deliveries_exhausted ON deliveries (tenant, id) WHERE state = 'exhausted';
CREATE INDEX deliveries_by_age ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- A submission's right to bytes. They go when the last one has lost it.
CREATE TABLE submission_payloads (
    submission TEXT NOT NULL REFERENCES submissions (id),
    tenant TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (submission, digest),
    FOREIGN KEY (tenant, digest) REFERENCES payloads (tenant, digest)
);
CREATE INDEX submissions_of_payload ON submission_payloads (tenant, digest);

-- On SQLite:
INSERT INTO submission_payloads
    SELECT DISTINCT s.id, s.tenant, unhex(substr(one.value ->> 'digest', 8))
    FROM submissions s, json_each(s.payloads) AS one;
-- On PostgreSQL:
INSERT INTO submission_payloads
    SELECT DISTINCT s.id, s.tenant, decode(substr(one.value ->> 'digest', 8), 'hex')
    FROM submissions s, json_array_elements(CAST(s.payloads AS JSON)) AS one (value);
-- On both:
