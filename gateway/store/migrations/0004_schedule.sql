-- What has to be done now and then, by whichever process comes first.
CREATE TABLE schedule (
    name TEXT PRIMARY KEY,
    due_at BIGINT NOT NULL
);
