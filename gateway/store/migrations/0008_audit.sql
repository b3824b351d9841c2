-- The audit trail: what a row is about, by digest; heads that are signed; and rows that stay as they are.

-- How the row's digest was made: 1 as up to this version, 2 as from it (docs/operations/audit.md).
ALTER TABLE audit ADD COLUMN form BIGINT NOT NULL DEFAULT 1 CHECK (form IN (1, 2));
-- How often it happened, where it is not noted each time.
ALTER TABLE audit ADD COLUMN times BIGINT NOT NULL DEFAULT 1 CHECK (times >= 1);
-- What was pushed, answered or changed, as a digest.
ALTER TABLE audit ADD COLUMN detail BLOB CHECK (length(detail) = 32);

-- What heads are signed with. One key signs; those before it are kept, so that what they signed can be checked.
CREATE TABLE audit_keys (
    id TEXT PRIMARY KEY,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    state TEXT NOT NULL CHECK (state IN ('signing', 'retired')),
    -- Under the master key: the private part of the key that signs; nothing but the seal itself of one that is retired. A row
    -- whose seal does not open was not written by the gateway.
    sealed BLOB NOT NULL,
    -- The key before this one says that this one follows it.
    endorsed_by TEXT REFERENCES audit_keys (id),
    endorsement BLOB CHECK (length(endorsement) = 64),
    created_at BIGINT NOT NULL,
    CHECK ((endorsed_by IS NULL) = (endorsement IS NULL))
);
CREATE UNIQUE INDEX audit_keys_signing ON audit_keys (state) WHERE state = 'signing';

CREATE TABLE audit_signed_heads (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    number BIGINT NOT NULL CHECK (number >= 1),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    at BIGINT NOT NULL,
    key TEXT NOT NULL REFERENCES audit_keys (id),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (tenant, number)
);

-- On SQLite:
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'rows of the audit trail stay as they are'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'rows of the audit trail stay as they are'); END;
CREATE TRIGGER audit_signed_heads_no_update BEFORE UPDATE ON audit_signed_heads
    BEGIN SELECT RAISE(ABORT, 'signed heads stay as they are'); END;
CREATE TRIGGER audit_signed_heads_no_delete BEFORE DELETE ON audit_signed_heads
    BEGIN SELECT RAISE(ABORT, 'signed heads stay as they are'); END;
-- On PostgreSQL:
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'rows of % stay as they are', TG_TABLE_NAME; END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
CREATE TRIGGER audit_signed_heads_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_signed_heads
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
