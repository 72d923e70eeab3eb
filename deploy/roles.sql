-- The role that serves requests: it reads and writes, but owns no table and cannot change what the ledger holds.
-- Run as the owner of the tables after every migration; it may be repeated:
--   psql "$OWNER_URL" -v app_password=… -f deploy/roles.sql
SELECT format('CREATE ROLE console_app LOGIN PASSWORD %L', :'app_password')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'console_app') \gexec
SELECT format('ALTER ROLE console_app PASSWORD %L', :'app_password') \gexec

GRANT USAGE ON SCHEMA public TO console_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO console_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO console_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM console_app;
REVOKE UPDATE, DELETE ON ledger_entry FROM console_app;
REVOKE INSERT, DELETE ON ledger_head FROM console_app;
