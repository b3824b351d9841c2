-- Crosswalks: who says that which items belong together, and what credentials name that leads nowhere.

CREATE TABLE crosswalks (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    title TEXT NOT NULL CHECK (length(title) > 0),
    -- Identifiers of frameworks (CFDocument.identifier). NULL: its origins are in no framework that was imported.
    from_framework TEXT,
    to_framework TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (from_framework IS NULL OR from_framework <> to_framework)
);
CREATE INDEX crosswalks_of_tenant ON crosswalks (tenant, id);

CREATE TABLE crosswalk_associations (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    crosswalk TEXT NOT NULL REFERENCES crosswalks (id),
    origin TEXT NOT NULL,
    origin_uri TEXT NOT NULL,
    origin_title TEXT NOT NULL,
    destination TEXT NOT NULL,
    destination_uri TEXT NOT NULL,
    destination_title TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('exactMatchOf', 'isTranslationOf', 'replacedBy', 'isChildOf', 'isPartOf', 'isPeerOf',
        'precedes', 'isRelatedTo')),
    state TEXT NOT NULL CHECK (state IN ('suggested', 'approved', 'rejected')),
    -- What proposed it, when, how much the two have in common in parts per million, and the words they have.
    suggested_by TEXT,
    suggested_at BIGINT,
    score BIGINT CHECK (score BETWEEN 0 AND 1000000),
    matched TEXT,
    -- Who decided, when and why.
    decided_by TEXT CHECK (length(decided_by) > 0),
    decided_at BIGINT,
    reason TEXT CHECK (length(reason) > 0),
    CHECK (origin <> destination),
    CHECK (state <> 'suggested' OR suggested_by IS NOT NULL),
    CHECK ((suggested_by IS NULL) = (suggested_at IS NULL)),
    CHECK ((suggested_by IS NULL) = (score IS NULL)),
    CHECK ((suggested_by IS NULL) = (matched IS NULL)),
    CHECK ((state = 'suggested') = (decided_by IS NULL)),
    CHECK ((state = 'suggested') = (decided_at IS NULL)),
    CHECK ((state = 'suggested') = (reason IS NULL)),
    UNIQUE (crosswalk, origin, destination)
);
CREATE INDEX crosswalk_associations_in_state ON crosswalk_associations (crosswalk, state, id);

-- What was approved at a time. It never changes, and is kept among the frameworks, where scoring finds it.
CREATE TABLE crosswalk_editions (
    crosswalk TEXT NOT NULL REFERENCES crosswalks (id),
    number BIGINT NOT NULL CHECK (number >= 1),
    framework TEXT NOT NULL REFERENCES frameworks (id),
    PRIMARY KEY (crosswalk, number)
);

-- What verified credentials name that leads to no item. Nothing here is about a person.
CREATE TABLE unmapped (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    -- SHA-256 of what is named, which may be longer than what can be indexed.
    named BLOB NOT NULL CHECK (length(named) = 32),
    -- What scoring takes the address for, from which an association begins.
    item TEXT NOT NULL,
    target_url TEXT NOT NULL,
    target_code TEXT,
    target_framework TEXT,
    target_name TEXT,
    submissions BIGINT NOT NULL CHECK (submissions >= 0),
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'resolved', 'dismissed')),
    association TEXT REFERENCES crosswalk_associations (id),
    decided_by TEXT CHECK (length(decided_by) > 0),
    decided_at BIGINT,
    reason TEXT CHECK (length(reason) > 0),
    CHECK ((state = 'resolved') = (association IS NOT NULL)),
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'open') = (reason IS NULL)),
    UNIQUE (tenant, named)
);
CREATE INDEX unmapped_by_count ON unmapped (tenant, state, submissions, id);
CREATE INDEX unmapped_by_item ON unmapped (tenant, item);

-- So that one submission counts once, however often it is looked at. Gone when the submission is retired.
CREATE TABLE unmapped_seen (
    unmapped TEXT NOT NULL REFERENCES unmapped (id),
    submission TEXT NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    PRIMARY KEY (unmapped, submission)
);
CREATE INDEX unmapped_seen_of_submission ON unmapped_seen (submission);
