#!/usr/bin/env bash
# Runs once in the new database server: `vault` owns its database and migrates it; the program works as `vault_app`, which
# may neither change nor delete an event and is bound by row-level security.
set -euo pipefail
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/vault_role_password)" <<'SQL'
CREATE ROLE vault LOGIN PASSWORD :'password';
CREATE DATABASE vault OWNER vault;
CREATE ROLE vault_app NOLOGIN;
GRANT vault_app TO vault;
SQL
