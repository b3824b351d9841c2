-- Versions of connectors: what was ever installed, who answers for it, which rights were accepted, and which one runs.

CREATE TABLE connector_versions (
    connector TEXT NOT NULL CHECK (length(connector) > 0),
    version TEXT NOT NULL CHECK (length(version) > 0),
    -- SHA-256 of the package.
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    -- The public key it was signed with. NULL: it was not, and the operator took it as it was.
    key BLOB CHECK (length(key) = 32),
    -- What it asks for.
    rights TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'active', 'superseded', 'revoked')),
    installed_at BIGINT NOT NULL,
    installed_by TEXT NOT NULL CHECK (length(installed_by) > 0),
    -- When it came to be in this state, unless it waits, and by whose hand.
    decided_at BIGINT,
    decided_by TEXT CHECK (length(decided_by) > 0),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    -- One version has one content, for ever.
    PRIMARY KEY (connector, version)
);
CREATE UNIQUE INDEX connector_versions_active ON connector_versions (connector) WHERE state = 'active';
