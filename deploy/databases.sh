#!/bin/sh
# Run once by the PostgreSQL image: a role and a database each, which only this role may enter. The password stands in
# the DSN that the service reads: postgresql://<role>:<password>@postgres/<database>.
set -eu
for secret in intake-database escalation-database compensation-database blacklist-database keys-database; do
  dsn="$(cat "/run/secrets/$secret")"
  name="${dsn##*/}"
  password="${dsn#*://*:}"
  password="${password%%@*}"
  psql --set ON_ERROR_STOP=1 --quiet --username postgres --set name="$name" --set password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
psql --quiet --username postgres --command 'REVOKE ALL ON DATABASE postgres FROM PUBLIC'
