#!/usr/bin/env bash
# Runs once in the new database server: `vault` owns its database and migrates it, and nothing else signs in as it; the
# program signs in as `vault_app`, which owns nothing and may neither change nor delete an event; requests run as
# `vault_program`, which row-level security binds besides; `vault backup` takes the log and base backups as
# `vault_backup`, which may read no row.
set -euo pipefail
said() { cat "/run/secrets/vault_$1_password"; }
psql --username postgres --set ON_ERROR_STOP=1 \
  --set owner="$(said role)" --set program="$(said app)" --set backup="$(said backup)" <<'SQL'
CREATE ROLE vault LOGIN PASSWORD :'owner';
CREATE DATABASE vault OWNER vault;
CREATE ROLE vault_app LOGIN PASSWORD :'program';
GRANT vault_app TO vault;
CREATE ROLE vault_program NOLOGIN;
GRANT vault_program TO vault;
GRANT vault_program TO vault_app;
CREATE ROLE vault_backup LOGIN REPLICATION PASSWORD :'backup';
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO vault_backup;
SQL
echo 'host replication vault_backup samenet scram-sha-256' >> "$PGDATA/pg_hba.conf"
