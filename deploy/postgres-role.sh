#!/usr/bin/env bash
# Runs once in the new database server: `vault` owns its database and migrates it; the program works as `vault_app`, which
# may neither change nor delete an event; requests as `vault_program`, which row-level security binds besides.
set -euo pipefail
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/vault_role_password)" <<'SQL'
CREATE ROLE vault LOGIN PASSWORD :'password';
CREATE DATABASE vault OWNER vault;
CREATE ROLE vault_app NOLOGIN;
GRANT vault_app TO vault;
CREATE ROLE vault_program NOLOGIN;
GRANT vault_program TO vault;
SQL
