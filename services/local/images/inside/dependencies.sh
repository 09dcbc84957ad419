#!/bin/sh
# Runs inside the build: dependencies.sh LOCK FOLDER installs what the lock says, as wheels, and compiles it.
set -eu
lock=$1
folder=$2
here=$(dirname "$0")

if [ -s /run/secrets/ca.pem ]; then
    export PIP_CERT=/run/secrets/ca.pem
fi
report=$(mktemp)
python -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore \
    --require-hashes --no-deps --only-binary :all: --no-compile --cache-dir /var/cache/pip \
    --target "$folder" --report "$report" --requirement "$lock"
rm -rf "$folder/bin" # commands of no use to a function
python "$here/wheels.py" "$report" >"$folder/wheels.json"
find "$folder" -depth -type d \( -name tests -o -name test -o -name __pycache__ \) -exec rm -rf {} +
python "$here/bytecode.py" "$folder"
