-- The queue: what work waits before (gates), what is due (tasks), and what is delivered to whom.

-- One gate for each destination: a tenant's own assessing (its id), a connection, an endpoint. What waits before a gate
-- that lets nothing through costs the others nothing.
CREATE TABLE gates (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'tripped', 'paused', 'shut')),
    -- Why it is not open, and since when.
    reason TEXT,
    changed_at BIGINT NOT NULL,
    -- When a tripped gate lets one through to see.
    probe_at BIGINT,
    -- How often it tripped in a row.
    trips BIGINT NOT NULL DEFAULT 0,
    -- The destination asked us to wait until then.
    wait_until BIGINT NOT NULL DEFAULT 0,
    -- The pace: microseconds that one call takes of it, how many of them may be used at once, and until when all are used.
    call_micros BIGINT NOT NULL DEFAULT 0,
    burst_micros BIGINT NOT NULL DEFAULT 0,
    paced_until BIGINT NOT NULL DEFAULT 0,
    -- 1: the pace was agreed for this destination, and is not what its connector's manifest says.
    is_own_pace BIGINT NOT NULL DEFAULT 0 CHECK (is_own_pace IN (0, 1)),
    -- How many tasks may be leased at the same time.
    most_leased BIGINT,
    -- Calls and failures of the running minute, for tripping.
    window_at BIGINT NOT NULL DEFAULT 0,
    window_tasks BIGINT NOT NULL DEFAULT 0,
    window_failures BIGINT NOT NULL DEFAULT 0,
    -- Moving means, to tell when what waits will have been done.
    task_micros BIGINT NOT NULL DEFAULT 0,
    task_calls BIGINT NOT NULL DEFAULT 0,
    CHECK ((state = 'open') = (reason IS NULL)),
    CHECK ((state = 'tripped') = (probe_at IS NOT NULL))
);
CREATE INDEX gates_not_open ON gates (state) WHERE state <> 'open';

INSERT INTO gates (id, tenant, state, changed_at) SELECT id, id, 'open', created_at FROM tenants;
INSERT INTO gates (id, tenant, state, changed_at, most_leased) SELECT id, tenant, 'open', created_at, 8 FROM connections;

ALTER TABLE connections ADD COLUMN removed_at BIGINT;

-- What is delivered: a result or its correction to a connection, or an event to an endpoint.
CREATE TABLE deliveries_3 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL CHECK (kind IN ('result', 'correction', 'event')),
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
    CHECK ((kind <> 'event') = (connection IS NOT NULL)),
    CHECK ((kind <> 'event') = (submission IS NOT NULL)),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK ((state = 'delivered') = (receipt IS NOT NULL)),
    CHECK ((state = 'exhausted') = (failure IS NOT NULL))
);
INSERT INTO deliveries_3
    SELECT d.id, d.tenant, 'result', d.submission, d.connection, d.connection,
        coalesce((SELECT t.serialization_key FROM tasks t WHERE t.subject = d.id), d.connection),
        d.attempts, d.attempts, d.state, d.next_at, d.ended_at, d.receipt, d.failure
    FROM deliveries d;

CREATE TABLE attempts_3 (
    id TEXT PRIMARY KEY,
    delivery TEXT NOT NULL REFERENCES deliveries_3 (id),
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
INSERT INTO attempts_3 SELECT id, delivery, number, at, ended_at, receipt, failure FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
ALTER TABLE deliveries_3 RENAME TO deliveries;
ALTER TABLE attempts_3 RENAME TO attempts;
CREATE INDEX deliveries_of_tenant ON deliveries (tenant, id);
CREATE INDEX deliveries_of_submission ON deliveries (submission);
CREATE INDEX deliveries_exhausted ON deliveries (tenant, id) WHERE state = 'exhausted';

-- Work that is due. A task that is done is deleted, so the table stays as small as the work is. A task that is leased has
-- a token, and becomes due again when its lease ends.
CREATE TABLE tasks_3 (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    gate TEXT NOT NULL REFERENCES gates (id),
    kind TEXT NOT NULL CHECK (kind IN ('assess', 'deliver')),
    subject TEXT NOT NULL,
    serialization_key TEXT,
    run_at BIGINT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    lease_token TEXT,
    CHECK ((kind = 'deliver') = (serialization_key IS NOT NULL))
);
INSERT INTO tasks_3
    SELECT t.id, t.tenant,
        CASE t.kind WHEN 'assess' THEN t.tenant ELSE (SELECT d.connection FROM deliveries d WHERE d.id = t.subject) END,
        t.kind, t.subject, t.serialization_key, t.run_at, t.attempt, NULL
    FROM tasks t;
DROP TABLE tasks;
ALTER TABLE tasks_3 RENAME TO tasks;
CREATE INDEX tasks_due ON tasks (gate, run_at, id);
CREATE INDEX tasks_serialized ON tasks (serialization_key, id) WHERE serialization_key IS NOT NULL;
CREATE INDEX tasks_leased ON tasks (gate) WHERE lease_token IS NOT NULL;
CREATE INDEX tasks_of_subject ON tasks (subject);

-- The end of each tenant's audit chain, so that the next row is found without a search and nobody else adds one meanwhile.
CREATE TABLE audit_heads (
    tenant TEXT PRIMARY KEY REFERENCES tenants (id),
    number BIGINT NOT NULL,
    digest BLOB NOT NULL
);
INSERT INTO audit_heads
    SELECT a.tenant, a.number, a.digest FROM audit a
    WHERE a.number = (SELECT max(b.number) FROM audit b WHERE b.tenant = a.tenant);
