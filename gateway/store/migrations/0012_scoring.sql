-- How an employer scores: policies that never change, and which of them is in force, for all jobs or for one.

CREATE TABLE scoring_policies (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    -- Assessments name their policy by these two.
    name TEXT NOT NULL CHECK (length(name) > 0),
    version TEXT NOT NULL CHECK (length(version) > 0),
    policy TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant, name, version)
);
CREATE INDEX scoring_policies_of_tenant ON scoring_policies (tenant, id);

ALTER TABLE tenants ADD COLUMN scoring_policy TEXT REFERENCES scoring_policies (id);
ALTER TABLE postings ADD COLUMN scoring_policy TEXT REFERENCES scoring_policies (id);

-- A job's candidates are assessed anew when another policy is in force: the last one who has been put into the queue for it.
-- NULL: all of them have been. No text: none has.
ALTER TABLE postings ADD COLUMN rescored_to TEXT;
CREATE INDEX postings_to_rescore ON postings (id) WHERE rescored_to IS NOT NULL;
CREATE INDEX submissions_of_posting ON submissions (posting, id);
