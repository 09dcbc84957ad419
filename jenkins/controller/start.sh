#!/bin/sh
# Starts Jenkins, unless its configuration asks for something that nobody has given: a variable without a value would
# silently become an empty password or address. A value is in the environment, or in a file of its name in $SECRETS.
set -eu

SECRETS=${SECRETS:-/run/secrets}
configuration=${CASC_JENKINS_CONFIG:-/usr/share/jenkins/skep/casc}
missing=
# jobs/ read it themselves, so that a file of its name wouldn't do.
if [ -z "${SKEP_REPOSITORY_URL:-}" ]; then missing=" SKEP_REPOSITORY_URL"; fi

# ${NAME} alone; ${NAME:-default} has what it needs.
needed=$(grep --no-filename --only-matching --extended-regexp '\$\{[A-Z][A-Z0-9_]*\}' -r "$configuration" |
    tr -d '${}' | sort -u)
for name in $needed; do
    if [ -n "$(printenv "$name" || true)" ] || [ -s "$SECRETS/$name" ]; then continue; fi
    missing="$missing $name"
done
if [ -n "$missing" ]; then
    echo "Jenkins isn't started: no value for$missing. jenkins/README.md tells what each is." >&2
    exit 1
fi
exec /usr/local/bin/jenkins.sh "$@"
