-- What the role of the program had at commit 2145d6f (`vault/db/rights.py` there).
GRANT USAGE ON SCHEMA public TO vault_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO vault_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO vault_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO vault_app;
REVOKE UPDATE, DELETE ON event, log_leaf, log_head FROM vault_app, vault_program;
GRANT UPDATE (checkpoint, witnesses) ON log_head TO vault_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM vault_app;
DO $$ DECLARE walled regclass; BEGIN
    FOR walled IN SELECT c.oid FROM pg_class c WHERE c.relrowsecurity AND c.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'program')
    LOOP EXECUTE format('CREATE POLICY program ON %s TO vault_app USING (true) WITH CHECK (true)', walled); END LOOP;
END $$;
