# Sourced by stand_in.sh. Debian's PostgreSQL 17 with the entry point, the user and the folders of the public image.

make_postgres() {
    inside "$1" groupadd --system --gid=999 postgres
    inside "$1" useradd --system --gid=postgres --uid=999 --home-dir=/var/lib/postgresql --shell=/bin/bash postgres
    mkdir -p "$1/etc/postgresql-common"
    echo 'create_main_cluster = false' >"$1/etc/postgresql-common/createcluster.conf"
    install_packages "$1" -o Dpkg::Options::=--force-confold locales postgresql-17
    inside "$1" localedef --inputfile=en_US --force --charmap=UTF-8 --alias-file=/usr/share/locale/locale.alias en_US.UTF-8
    sed -i "s/^#listen_addresses = 'localhost'/listen_addresses = '*'/" "$1/usr/share/postgresql/17/postgresql.conf.sample"
    install -d -o 999 -g 999 -m 1777 "$1/var/lib/postgresql/data"
    install -d -o 999 -g 999 -m 3777 "$1/var/run/postgresql"
    install -m 755 "$here/postgres_entrypoint.sh" "$1/usr/local/bin/docker-entrypoint.sh"
    import_root "$1" "$2" 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]' 'EXPOSE 5432' \
        'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin' \
        'ENV LANG=en_US.utf8' 'ENV PG_MAJOR=17' 'ENV PGDATA=/var/lib/postgresql/data' 'VOLUME /var/lib/postgresql/data'
    # An import can't set the signal that ends connections; the old builder can, and every client has it.
    printf 'FROM %s\nSTOPSIGNAL SIGINT\n' "$2" |
        DOCKER_BUILDKIT=0 "$docker" build --quiet --tag "$2" - >"$scratch/build.log" 2>&1 || {
        cat "$scratch/build.log" >&2
        exit 1
    }
}
