#!/bin/sh
# Makes stand-ins, as make.sh asks: stand_in.sh MIRROR DOCKER IMAGE…
# One debootstrap serves all of them; each gets its own packages into a copy, and is imported as one layer.
set -eu

mirror=$1
docker=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

if ! command -v debootstrap >/dev/null; then
    echo "docker/base: debootstrap is missing: apt-get install debootstrap" >&2
    exit 1
fi

umask 022
scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
trap 'exit 130' INT TERM

# What no image needs: it stays in the packages.
slim() {
    cat >"$1/etc/dpkg/dpkg.cfg.d/slim" <<'END'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/locale/*
path-include /usr/share/locale/locale.alias
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
END
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" # starts no service
    chmod 755 "$1/usr/sbin/policy-rc.d"
    find "$1/usr/share/doc" -type f ! -name copyright -delete
    find "$1/usr/share/locale" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
    rm -rf "$1"/usr/share/man/* "$1"/usr/share/info/*
}

# inside ROOT COMMAND…: runs a command there, with nothing of this machine's environment but a proxy.
inside() {
    root=$1
    shift
    chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root ${http_proxy:+"http_proxy=$http_proxy"} "$@"
}

install_packages() {
    root=$1
    shift
    inside "$root" apt-get install --yes --quiet=2 --no-install-recommends "$@" >"$scratch/apt.log" 2>&1 || {
        cat "$scratch/apt.log" >&2
        exit 1
    }
}

# Removes what is left of the making, and says what this is.
finish() {
    inside "$1" apt-get clean
    rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/var/log/* "$1"/tmp/* "$1"/usr/sbin/policy-rc.d "$1"/etc/machine-id
    rm -f "$1/etc/resolv.conf" "$1/etc/hostname" "$1/etc/dpkg/dpkg.cfg.d/slim"
    echo "A stand-in for $2, made of Debian trixie's packages by docker/base/make.sh" >"$1/etc/skep-stand-in"
}

# import_root ROOT IMAGE [CHANGE…]: a Dockerfile instruction each.
import_root() {
    root=$1
    image=$2
    shift 2
    finish "$root" "$image"
    for change in "$@"; do
        set -- "$@" --change "$change"
        shift
    done
    tar --create --sort=name --numeric-owner --directory "$root" . |
        "$docker" import --change "LABEL org.skep.stand-in=$image" "$@" - "$image" >/dev/null
}

. "$here/python.sh"
. "$here/postgres.sh"

debootstrap --variant=minbase trixie "$scratch/debian" "$mirror" >"$scratch/debootstrap.log" 2>&1 || {
    cat "$scratch/debootstrap.log" >&2
    exit 1
}
slim "$scratch/debian"
while [ $# -gt 0 ]; do
    if [ $# -gt 1 ]; then cp -a "$scratch/debian" "$scratch/root"; else mv "$scratch/debian" "$scratch/root"; fi
    case $1 in
    python:*) make_python "$scratch/root" "$1" ;;
    postgres:*) make_postgres "$scratch/root" "$1" ;;
    esac
    echo "docker/base: $1 made: $("$docker" image inspect --format '{{.Id}}, {{.Size}} bytes' "$1")"
    rm -rf "$scratch/root"
    shift
done
