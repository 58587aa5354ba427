#!/bin/sh
# Runs once, in a new database: the owner of the tables, and the role the service connects with.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner_password="$CONCORD_OWNER_PASSWORD" \
    --set service_password="$CONCORD_SERVICE_PASSWORD" <<'SQL'
SET log_statement = 'none';
CREATE ROLE concord_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE concord_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'service_password';
CREATE DATABASE concord OWNER concord_owner;
REVOKE ALL ON DATABASE concord, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE concord TO concord_service;
SQL
