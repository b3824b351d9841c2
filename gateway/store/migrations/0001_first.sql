-- Ids are text with a prefix, times are microseconds since 1970, digests are 32 bytes, documents are JSON as text.
-- The CHECKs repeat the states of the Rust types: code that is wrong cannot leave rows that are.

CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    data_key BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    label TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    connector TEXT NOT NULL,
    settings TEXT NOT NULL,
    bases TEXT NOT NULL,
    private_origins TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX connections_of_tenant ON connections (tenant, id);

CREATE TABLE connection_secrets (
    connection TEXT NOT NULL REFERENCES connections (id),
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (connection, name)
);

CREATE TABLE frameworks (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    identifier TEXT NOT NULL,
    uri TEXT NOT NULL,
    digest BLOB NOT NULL,
    package TEXT NOT NULL,
    imported_at BIGINT NOT NULL
);
CREATE INDEX frameworks_of_tenant ON frameworks (tenant, id);
CREATE INDEX frameworks_by_identifier ON frameworks (tenant, identifier);
CREATE INDEX frameworks_by_uri ON frameworks (tenant, uri);

CREATE TABLE profiles (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    profile TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX profiles_of_tenant ON profiles (tenant, id);

CREATE TABLE postings (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    title TEXT NOT NULL,
    profile TEXT NOT NULL REFERENCES profiles (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    external_id TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (connection, external_id)
);
CREATE INDEX postings_of_tenant ON postings (tenant, id);

CREATE TABLE payloads (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    digest BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant, digest)
);

CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    posting TEXT NOT NULL REFERENCES postings (id),
    application TEXT NOT NULL,
    language TEXT NOT NULL,
    payloads TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'assessed', 'rejected')),
    assessed_at BIGINT,
    report TEXT,
    assessment TEXT,
    rejected_at BIGINT,
    rejected_code TEXT,
    CHECK ((state = 'assessed') = (assessed_at IS NOT NULL)),
    CHECK ((state = 'assessed') = (report IS NOT NULL)),
    CHECK ((state = 'assessed') = (assessment IS NOT NULL)),
    CHECK ((state = 'rejected') = (rejected_at IS NOT NULL)),
    CHECK ((state = 'rejected') = (rejected_code IS NOT NULL))
);
CREATE INDEX submissions_of_tenant ON submissions (tenant, id);

CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    submission TEXT NOT NULL UNIQUE REFERENCES submissions (id),
    digest BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    submission TEXT NOT NULL REFERENCES submissions (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'exhausted', 'cancelled')),
    next_at BIGINT,
    ended_at BIGINT,
    receipt TEXT,
    failure TEXT,
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK ((state = 'delivered') = (receipt IS NOT NULL)),
    CHECK ((state = 'exhausted') = (failure IS NOT NULL))
);
CREATE INDEX deliveries_of_tenant ON deliveries (tenant, id);
CREATE INDEX deliveries_of_submission ON deliveries (submission);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    delivery TEXT NOT NULL REFERENCES deliveries (id),
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

-- Work that is due. A task that is done is deleted, so the table stays as small as the work is.
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL CHECK (kind IN ('assess', 'deliver')),
    subject TEXT NOT NULL,
    serialization_key TEXT,
    run_at BIGINT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    lease_token TEXT,
    lease_until BIGINT,
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((kind = 'deliver') = (serialization_key IS NOT NULL))
);
CREATE INDEX tasks_due ON tasks (run_at, id);
CREATE INDEX tasks_serialized ON tasks (serialization_key) WHERE serialization_key IS NOT NULL;

CREATE TABLE idempotency (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    request BLOB NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, key, route)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Append-only. Each row holds the digest of the row before it, so that a changed or missing row shows.
CREATE TABLE audit (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    previous BLOB NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (tenant, number)
);
