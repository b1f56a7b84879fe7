#!/usr/bin/env bash
# Runs once in the new database server: `vault` owns its database and migrates it; the program works as `vault_app`, which
# may neither change nor delete an event; requests as `vault_program`, which row-level security binds besides;
# `vault backup` takes the log and base backups as `vault_backup`, which may read no row.
set -euo pipefail
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/vault_role_password)" <<'SQL'
CREATE ROLE vault LOGIN PASSWORD :'password';
CREATE DATABASE vault OWNER vault;
CREATE ROLE vault_app NOLOGIN;
GRANT vault_app TO vault;
CREATE ROLE vault_program NOLOGIN;
GRANT vault_program TO vault;
CREATE ROLE vault_backup LOGIN REPLICATION PASSWORD :'password';
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO vault_backup;
SQL
echo 'host replication vault_backup samenet scram-sha-256' >> "$PGDATA/pg_hba.conf"
