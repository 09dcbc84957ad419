#!/bin/sh
# Sees to it that public base images are there: `docker/base/make.sh python:3.13-slim-trixie postgres:17`.
# One that is there stays, one that can be pulled is pulled. On a machine that can't pull, a stand-in out of Debian's own
# packages takes its name; it has the label org.skep.stand-in, and the file /etc/skep-stand-in says the same.
# Needs root (or sudo), debootstrap and a docker client: DOCKER=/usr/bin/docker to choose one.
set -eu

DOCKER=${DOCKER:-docker}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
PULL_TIMEOUT_SECONDS=${PULL_TIMEOUT_SECONDS:-120}
here=$(cd "$(dirname "$0")" && pwd)

if [ $# -eq 0 ]; then
    echo "usage: $0 IMAGE…   (python:3.13-slim-trixie, postgres:17)" >&2
    exit 2
fi

say() { printf '%s\n' "docker/base: $*"; }

if [ "$("$DOCKER" version --format '{{.Server.Os}}' 2>/dev/null)" != linux ]; then
    say "no Docker engine answers $DOCKER" >&2
    exit 1
fi

missing=
for image in "$@"; do
    case $image in
    python:3.13-slim-trixie | postgres:17) ;;
    *)
        say "$image: there is no stand-in for it" >&2
        exit 2
        ;;
    esac
    if "$DOCKER" image inspect "$image" >/dev/null 2>&1; then
        say "$image is there already"
    elif timeout "$PULL_TIMEOUT_SECONDS" "$DOCKER" pull --quiet "$image" >/dev/null 2>&1; then
        say "$image pulled"
    else
        say "$image can't be pulled, a stand-in is made"
        missing="$missing $image"
    fi
done
if [ -z "$missing" ]; then exit 0; fi

# Root files of another machine, so that only root can make them.
set -- "$here/stand_in.sh" "$MIRROR" "$DOCKER"
if [ "$(id -u)" -ne 0 ]; then set -- sudo "$@"; fi
# shellcheck disable=SC2086  # the names have no blanks
exec "$@" $missing
