#!/usr/bin/env bash
# Runs once in the new database server: the program's role owns its database and is no superuser, so that row-level
# security binds it.
set -euo pipefail
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/vault_role_password)" <<'SQL'
CREATE ROLE vault LOGIN PASSWORD :'password';
CREATE DATABASE vault OWNER vault;
SQL
