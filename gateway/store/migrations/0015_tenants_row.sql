-- PostgreSQL looks up and locks the row that a foreign key names for each row that is inserted. A tenant's one row is named by
-- all that it ever has: where many transactions hold it at once, each of them writes down all who do. Tenants are never deleted,
-- and a row of these tables names another row of its tenant besides, or is written for one that was read before.

-- On PostgreSQL:
DO $$
DECLARE named record;
BEGIN
    FOR named IN
        SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'tenants'::regclass AND conrelid IN ('submissions'::regclass, 'payloads'::regclass,
            'shares'::regclass, 'tasks'::regclass, 'idempotency'::regclass, 'audit'::regclass, 'audit_heads'::regclass,
            'deliveries'::regclass, 'events'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', named.of_table, named.conname);
    END LOOP;
END $$;
