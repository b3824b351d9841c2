-- Whom an employer relies on: policies that never change, and which of them is in force, for all jobs or for one.

CREATE TABLE trust_policies (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    policy TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX trust_policies_of_tenant ON trust_policies (tenant, id);

ALTER TABLE tenants ADD COLUMN trust_policy TEXT REFERENCES trust_policies (id);
ALTER TABLE postings ADD COLUMN trust_policy TEXT REFERENCES trust_policies (id);
