#!/bin/sh
# Makes .venv and installs a lock file into it, once: `sh services/local/venv.sh run|all`.
# Does nothing, in a few milliseconds, when what is installed is what the lock says.
set -eu
cd "$(dirname "$0")/../.."

which_lock=${1:?run or all}
venv=${VENV:-.venv}
locks=services/requirements

fail() {
    echo "$1" >&2
    exit 1
}

is_installed() { # all.lock holds run.lock
    [ -x "$venv/bin/python" ] || return 1
    for name in "$which_lock" all; do
        cmp -s "$locks/$name.lock" "$venv/$name.lock" && return 0
    done
    return 1
}

# Sets `python` to the first Python that is new enough.
find_python() {
    for python in "${PYTHON:-python3.13}" python3.13 python3.12 python3.11 python3; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    fail "Skep needs Python 3.11 or later, and $(python3 --version 2>/dev/null || echo 'no Python') was found. \
Install one (Debian 12: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12 …"
}

# Sets `pip` to the command that installs into .venv.
make_venv() {
    pip="$venv/bin/python -m pip"
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    find_python
    echo "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv "$venv" || fail "The virtual environment $venv could not be made: see above."
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$venv"; then
        pip="$python -m pip --python $venv/bin/python"
    else
        rm -rf "$venv"
        fail "This Python ($python) lacks the venv module, or pip for it. \
Debian and Ubuntu: apt install python3-venv, then run this again."
    fi
}

is_installed && exit 0
[ -f "$locks/$which_lock.lock" ] || fail "There is no $locks/$which_lock.lock; make lock writes it."
make_venv
echo "Installing $locks/$which_lock.lock (once; some minutes on a slow line)"
# $pip is a command with its arguments.
# shellcheck disable=SC2086
$pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore \
    --require-hashes --requirement "$locks/$which_lock.lock" ||
    fail "The dependencies could not be installed: see above. Is the package index reachable, the disk full?"
cp "$locks/$which_lock.lock" "$venv/$which_lock.lock"
