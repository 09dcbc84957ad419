#!/bin/sh
# Runs inside the build: code.sh SOURCE SERVICE IMAGE puts what the service needs of the repository below IMAGE.
set -eu
source=$1
service=$2
image=$3
here=$(dirname "$0")

umask 022
mkdir -p "$image/var/runtime" "$image/opt"
python "$here/contents.py" "$source" "$service" "$image/var/task"
cp "$here/bootstrap.sh" "$image/var/runtime/bootstrap"
chmod 755 "$image/var/runtime/bootstrap"
cat "$source"/docker/certificates/*.pem >"$image/opt/rds-roots.pem"
python "$here/bytecode.py" --root "$image" "$image/var/task"
