#!/usr/bin/env bash
# Resolves every requirements file anew from pyproject.toml. What is pinned stays as it is where it
# still fits; `make lock UPGRADE=--upgrade` takes the newest versions.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="${PWD}/.venv/bin:${PATH}"

pin() {
    local name="$1"
    shift
    # Files name packages and hashes only: no server, no path of this machine.
    uv pip compile --quiet ${UPGRADE:-} --python-version 3.11 --python-platform linux \
        --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
        --output-file "requirements/${name}.txt" "$@"
}

build_requires() {
    python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'
}

# Constraints, so that an image never runs another version than the tests did.
build=(--constraints requirements/build.txt)
same=("${build[@]}" --constraints requirements/lock.txt)

echo "uv" | pin installer -
build_requires | pin build -
pin lock pyproject.toml --extra local --group dev "${build[@]}"
pin gateway pyproject.toml --extra gateway "${same[@]}"
pin handler pyproject.toml --extra handler "${same[@]}"
pin sign pyproject.toml --extra sign "${same[@]}"
pin whisper pyproject.toml --extra whisper --extra whisper-base "${same[@]}"
pin whisper-cuda pyproject.toml --extra whisper --extra whisper-base --extra cuda "${same[@]}"
pin transformers pyproject.toml --extra transformers "${same[@]}"
