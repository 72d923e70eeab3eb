-- Creates the roles of the console on a new server; run by its administrator, and it may be repeated:
--   OWNER_PASSWORD=… APP_PASSWORD=… psql "$ADMIN_URL" -f deploy/database.sql
-- Neither role may create roles or read past the tables' own rights. Passwords come from the environment,
-- since every user of a machine can read the arguments of its processes.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB', role)
  FROM unnest(ARRAY['console_owner', 'console_app']) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE console_owner PASSWORD :'owner_password';
ALTER ROLE console_app PASSWORD :'app_password';
SELECT format('ALTER DATABASE %I OWNER TO console_owner', current_database()) \gexec
