#!/bin/sh
# lock.sh UV
#
# Renews the lock files in requirements/ with the newest releases that pyproject.toml allows. One file serves every
# Python from the oldest that pyproject.toml allows upward, on every platform: where two Pythons need different
# releases the lines have markers, and each release has the hashes of all its files.
set -eu
cd "$(dirname "$0")/.."

uv=$1
floor=$(sed -n 's/^requires-python = ">=\([0-9.]*\)"$/\1/p' pyproject.toml)
plain=$(mktemp)
trap 'rm -f "$plain"' EXIT

# From an empty folder of settings: what this machine has set for uv belongs in no lock file.
compile() {
    "$uv" pip compile --no-config --quiet --upgrade --universal --python-version "$floor" \
        --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}

echo "requirements/build.txt"
compile requirements/build.in --output-file requirements/build.txt
echo "requirements/dev.txt: what make test installs"
compile pyproject.toml --extra dev --extra pictures --output-file requirements/dev.txt
echo "requirements/run.txt: what make run installs, the same releases"
compile pyproject.toml --constraint requirements/dev.txt --output-file requirements/run.txt
echo "requirements/docs.txt: what make docs-site installs"
compile --group docs --output-file requirements/docs.txt
echo "requirements/lowest.txt: the oldest releases that smtpscope allows, tested with today's tools (make test LOWEST=1)"
"$uv" pip compile --no-config --quiet --universal --python-version "$floor" --resolution lowest-direct \
    pyproject.toml --extra check --extra fleet --extra parquet --extra serve --output-file "$plain" >/dev/null
compile pyproject.toml --extra dev --constraint "$plain" --no-annotate --output-file requirements/lowest.txt
