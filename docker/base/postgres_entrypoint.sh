#!/bin/sh
# The entry point of the stand-in for postgres:17. As the public one: makes the cluster at the first start, from
# POSTGRES_PASSWORD (or POSTGRES_HOST_AUTH_METHOD=trust), POSTGRES_USER, POSTGRES_DB and POSTGRES_INITDB_ARGS; then serves.
# Logs go to standard error; a cluster that is new says "ready to accept connections" twice.
set -eu
umask 077

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}

case ${1:-postgres} in
-*) set -- postgres "$@" ;;
esac
if [ "${1:-postgres}" != postgres ]; then exec "$@"; fi
if [ $# -eq 0 ]; then set -- postgres; fi

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA"
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres {} +
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

# The words of POSTGRES_INITDB_ARGS are initdb's arguments.
make_cluster() {
    if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
        echo "Error: there is no database yet, and no POSTGRES_PASSWORD to make one with." >&2
        exit 1
    fi
    secret=$(mktemp)
    printf '%s\n' "${POSTGRES_PASSWORD:-}" >"$secret"
    if [ -n "${POSTGRES_PASSWORD:-}" ]; then set -- "--pwfile=$secret"; fi
    # shellcheck disable=SC2086
    initdb --username="$user" --pgdata="$PGDATA" "$@" ${POSTGRES_INITDB_ARGS:-}
    rm "$secret"
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

make_database() {
    if [ "$database" = postgres ]; then return; fi
    PGPASSWORD=${POSTGRES_PASSWORD:-} psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$database" \
        --username="$user" --dbname=postgres <<'END'
CREATE DATABASE :"name";
END
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    make_cluster
    # Only by the socket: who waits for the port must not meet the server that makes the database.
    pg_ctl --pgdata="$PGDATA" --options="-c listen_addresses='' -p 5432" --wait start
    make_database
    pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
fi
exec "$@"
