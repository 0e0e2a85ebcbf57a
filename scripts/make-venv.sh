#!/bin/sh
# make-venv.sh PYTHON FOLDER
#
# Makes a virtual environment with pip in FOLDER, in whichever way this machine can: `python -m venv`, which Debian and
# Ubuntu leave out of a stock installation, else uv, else virtualenv. Ends with 1 and one sentence that says what to
# install where none of them works, or where PYTHON is missing or older than pyproject.toml asks for.
set -eu

python=$1
folder=$2
project=$(dirname "$0")/..
floor=$(sed -n 's/^requires-python = ">=\([0-9.]*\)"$/\1/p' "$project/pyproject.toml")

stop() {
    echo "smtpscope: $1" >&2
    exit 1
}

# "3.11.2", or nothing where it can't be run.
version_of() {
    "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null || true
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info[:2] < tuple(map(int, sys.argv[1].split("."))))' "$floor"
}

# How to go on with a newer Python: one of this machine, if there is one.
newer_python() {
    for name in python3.11 python3.12 python3.13 python3.14; do
        found=$(command -v "$name" || true)
        if [ -n "$found" ] && [ -n "$(version_of "$found")" ] && new_enough "$found"; then
            echo "add PYTHON=$found to the command"
            return
        fi
    done
    echo "install a newer Python and add PYTHON=/path/to/python3 to the command"
}

version=$(version_of "$python")
[ -n "$version" ] || stop "$python can't be run; smtpscope needs Python $floor or later: $(newer_python)"
new_enough "$python" || stop "$python is Python $version, smtpscope needs $floor or later: $(newer_python)"

if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    exec "$python" -m venv --clear "$folder"
fi
# What a failed attempt left behind is in the way of the others.
rm -rf "$folder"
if command -v uv >/dev/null; then
    exec uv venv --quiet --seed --python "$python" "$folder"
fi
if command -v virtualenv >/dev/null; then
    exec virtualenv --quiet --python "$python" "$folder"
fi
if "$python" -c 'import virtualenv' 2>/dev/null; then
    exec "$python" -m virtualenv --quiet "$folder"
fi
stop "$python has no working venv module: install the package python3-venv (Debian, Ubuntu; it may be called \
python${version%.*}-venv), or uv, or virtualenv, and run the command again"
