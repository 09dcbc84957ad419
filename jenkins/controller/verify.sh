#!/bin/sh
# Says whether a folder holds exactly the plugins that a list names, in these versions: verify.sh LIST FOLDER
# A plugin that is missing, of another version, or there without being named fails the image's build.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 plugins.txt FOLDER" >&2
    exit 2
fi
list=$1
folder=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What the list says: lines `name:version`, and nothing that leaves the version open.
sed -e 's/#.*//' -e 's/[[:space:]]*$//' "$list" | grep -v '^$' | sort >"$scratch/wanted"
if grep -Ev '^[a-z0-9-]+:[0-9][A-Za-z0-9._-]*$' "$scratch/wanted" >"$scratch/open"; then
    echo "$list: these name no single version:" >&2
    cat "$scratch/open" >&2
    exit 1
fi
if cut -d : -f 1 "$scratch/wanted" | uniq -d | grep . >"$scratch/twice"; then
    echo "$list: these stand there twice:" >&2
    cat "$scratch/twice" >&2
    exit 1
fi

# What is there. A manifest's lines end in CR LF and go on after 72 bytes on a line that begins with a blank.
value() { # value NAME: of the manifest on standard input
    tr -d '\r' | sed -e ':join' -e '$!N' -e 's/\n //' -e 'tjoin' -e 'P' -e 'D' | sed -n "s/^$1: //p"
}
: >"$scratch/there"
for plugin in "$folder"/*.jpi "$folder"/*.hpi; do
    if [ ! -f "$plugin" ]; then continue; fi
    unzip -p "$plugin" META-INF/MANIFEST.MF >"$scratch/manifest"
    name=$(value Short-Name <"$scratch/manifest")
    version=$(value Plugin-Version <"$scratch/manifest")
    echo "$name:$version" >>"$scratch/there"
done
sort -o "$scratch/there" "$scratch/there"

if ! diff -U 0 "$scratch/wanted" "$scratch/there" >"$scratch/difference"; then
    echo "Not what $list says (- named there, + found in $folder):" >&2
    grep '^[-+][^-+]' "$scratch/difference" >&2
    exit 1
fi
echo "$(grep -c . "$scratch/there") plugins, each in the version that $list names"
