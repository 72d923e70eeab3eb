-- The role that serves requests: it reads and writes, but owns no table and cannot change what the ledger holds.
-- Run as the owner of the tables after every migration; it may be repeated:
--   psql "$OWNER_URL" -f deploy/roles.sql
-- The role itself is created by deploy/database.sql. An owner who may create roles can do it here instead, with
-- APP_PASSWORD in the environment.
\set ON_ERROR_STOP on
\if :{?app_role}
\else
  \set app_role console_app
\endif

\getenv app_password APP_PASSWORD
\if :{?app_password}
  SELECT format('CREATE ROLE %I LOGIN', :'app_role')
   WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'app_role') \gexec
  ALTER ROLE :"app_role" PASSWORD :'app_password';
\endif

GRANT USAGE ON SCHEMA public TO :"app_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app_role";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app_role";
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"app_role";
REVOKE UPDATE, DELETE ON ledger_entry FROM :"app_role";
REVOKE INSERT, DELETE ON ledger_head FROM :"app_role";
