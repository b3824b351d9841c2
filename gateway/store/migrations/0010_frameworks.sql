-- A framework is kept as it was received, in compressed blocks, so that one object of it is read without the rest. `package`
-- stays for those that were imported before: what scoring read of them is all there is. They are marked by having no version
-- of CASE; the same package imported once more completes them.
ALTER TABLE frameworks ADD COLUMN case_version TEXT CHECK (case_version IN ('1.0', '1.1'));
-- The CFDocument as received.
ALTER TABLE frameworks ADD COLUMN document TEXT;
ALTER TABLE frameworks ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE frameworks ADD COLUMN version TEXT;
ALTER TABLE frameworks ADD COLUMN items BIGINT NOT NULL DEFAULT 0;
ALTER TABLE frameworks ADD COLUMN associations BIGINT NOT NULL DEFAULT 0;
-- Whether it has everything that CASE requires.
ALTER TABLE frameworks ADD COLUMN is_complete BIGINT NOT NULL DEFAULT 0 CHECK (is_complete IN (0, 1));
-- Counts the editions of a framework from 1, whatever the clocks of those who imported them said.
ALTER TABLE frameworks ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;
UPDATE frameworks SET edition = (SELECT count(*) FROM frameworks e
  WHERE e.tenant = frameworks.tenant AND e.identifier = frameworks.identifier AND e.id <= frameworks.id);
CREATE UNIQUE INDEX frameworks_by_edition ON frameworks (tenant, identifier, edition);
-- On SQLite:
UPDATE frameworks SET title = json_extract(package, '$.CFDocument.title'), version = json_extract(package, '$.CFDocument.version'),
  items = coalesce(json_array_length(package, '$.CFItems'), 0),
  associations = coalesce(json_array_length(package, '$.CFAssociations'), 0);
-- On PostgreSQL:
UPDATE frameworks SET title = package::json #>> '{CFDocument,title}', version = package::json #>> '{CFDocument,version}',
  items = coalesce(json_array_length(package::json -> 'CFItems'), 0),
  associations = coalesce(json_array_length(package::json -> 'CFAssociations'), 0);
-- On both:

-- The bytes of a package, cut into pieces of one length.
CREATE TABLE framework_blocks (
    framework TEXT NOT NULL REFERENCES frameworks (id),
    number BIGINT NOT NULL,
    size BIGINT NOT NULL,
    encoding TEXT NOT NULL CHECK (encoding IN ('plain', 'zstd')),
    bytes BLOB NOT NULL,
    PRIMARY KEY (framework, number)
);

-- Where in these bytes everything stands that has an identifier.
CREATE TABLE framework_objects (
    framework TEXT NOT NULL REFERENCES frameworks (id),
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    identifier TEXT NOT NULL,
    starts BIGINT NOT NULL,
    length BIGINT NOT NULL,
    origin TEXT,
    destination TEXT,
    PRIMARY KEY (framework, kind, position)
);
CREATE INDEX framework_objects_by_identifier ON framework_objects (tenant, identifier);
CREATE INDEX framework_objects_by_origin ON framework_objects (tenant, origin) WHERE origin IS NOT NULL;
CREATE INDEX framework_objects_by_destination ON framework_objects (tenant, destination) WHERE destination IS NOT NULL;

-- The frameworks that anybody may read, by their identifiers: editions to come are among them.
CREATE TABLE framework_publications (
    tenant TEXT NOT NULL REFERENCES tenants (id),
    identifier TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT NOT NULL,
    PRIMARY KEY (tenant, identifier)
);
