-- Events: what an employer's own systems are told.

-- Where events are sent. A row stays when it is removed, since deliveries tell of it.
CREATE TABLE endpoints (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The types it wants; NULL for all, those to come included.
    types TEXT,
    private_origins TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX endpoints_of_tenant ON endpoints (tenant, id);

CREATE TABLE endpoint_keys (
    endpoint TEXT NOT NULL REFERENCES endpoints (id),
    -- Counts on with every rotation.
    number BIGINT NOT NULL CHECK (number >= 1),
    public_key TEXT NOT NULL,
    secret BLOB NOT NULL,
    signing_key BLOB NOT NULL,
    -- Until when it signs beside its successor; NULL for the present one.
    ends_at BIGINT,
    PRIMARY KEY (endpoint, number)
);

-- What happened, in the bytes that are sent. Written only where some endpoint wants it.
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);

ALTER TABLE deliveries ADD COLUMN event TEXT REFERENCES events (id) CHECK ((kind = 'event') = (event IS NOT NULL));
ALTER TABLE deliveries ADD COLUMN event_type TEXT CHECK ((kind = 'event') = (event_type IS NOT NULL));
ALTER TABLE deliveries ADD COLUMN endpoint TEXT REFERENCES endpoints (id)
    CHECK ((kind = 'event') = (endpoint IS NOT NULL));
CREATE INDEX deliveries_of_event ON deliveries (event) WHERE event IS NOT NULL;
CREATE INDEX deliveries_events_ended ON deliveries (ended_at) WHERE kind = 'event' AND ended_at IS NOT NULL;

-- Since when everything failed at a destination, and when it last did.
ALTER TABLE gates ADD COLUMN failing_since BIGINT;
ALTER TABLE gates ADD COLUMN failed_at BIGINT CHECK ((failed_at IS NULL) = (failing_since IS NULL));
-- For how many microseconds that may go on before the gate is shut; NULL for ever.
ALTER TABLE gates ADD COLUMN shut_after BIGINT;
