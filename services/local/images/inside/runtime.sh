#!/bin/sh
# Runs inside the build: runtime.sh ARCHITECTURE takes out of the base what a function never uses, and compiles the rest.
set -eu
wanted=$1
here=$(dirname "$0")

found=$(dpkg --print-architecture)
if [ "$found" != "$wanted" ]; then
    echo "The base image is for $found, and an image for $wanted was asked for." >&2
    exit 1
fi

stdlib=$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
site=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# The stand-in has pip as packages of Debian, the public image has not.
for package in python3-venv python3.13-venv python3-pip-whl python3-setuptools-whl; do
    if dpkg --status "$package" >/dev/null 2>&1; then set -- "$@" "$package"; fi
done
shift
if [ $# -gt 0 ]; then dpkg --purge "$@" >/dev/null; fi
rm -rf "$site"/pip "$site"/pip-*.dist-info /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/pydoc*
for module in ensurepip idlelib lib2to3 pydoc_data test tkinter turtledemo; do
    rm -rf "${stdlib:?}/$module"
done
rm -rf /var/log/* /var/cache/* /var/lib/dpkg/*-old
python "$here/bytecode.py" /
