#!/usr/bin/env bash
# Renew the locked requirements: every version pinned, every file by its hash, for all supported Pythons and systems.
# They name no package index: whoever installs from them uses the index that pip is set up with.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
common=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet
        --custom-compile-command "make lock" "$@")
"$uv" pip compile "${common[@]}" --output-file requirements.txt pyproject.toml
"$uv" pip compile "${common[@]}" --output-file requirements-dev.txt --constraint requirements.txt --group dev pyproject.toml
if grep -nE '(https?|file)://|--(extra-)?(index|find)' requirements.txt requirements-dev.txt; then
    echo "A lock names an index; it must not." >&2
    exit 1
fi
