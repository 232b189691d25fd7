#!/usr/bin/env bash
# Build the distributions, check them, and use the wheel where nothing else is installed:
#     bash .ci/package.sh [FOLDER]
# With FOLDER, the checked distributions are left there. Nothing else stays behind.
# Needs bash and a Python >= 3.11 with pip and venv; $PYTHON may name it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_COMPILE=1
unset PYTHONPATH PYTHONHOME
python="${PYTHON:-python3}"

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

"$python" -c 'import tomllib
config = tomllib.load(open("pyproject.toml", "rb"))
release = config["project"]["optional-dependencies"]["release"]
print(*release, *config["build-system"]["requires"], sep="\n")' >"$scratch/tools.txt"
"$python" -m venv "$scratch/tools"
tool=("$scratch/tools/bin/python" -m)
"${tool[@]}" pip install -q -r "$scratch/tools.txt"

echo "-- build: the source distribution, and the wheel from it"
"${tool[@]}" build --outdir "$scratch/dist" . >"$scratch/build.log" 2>&1 ||
    { cat "$scratch/build.log"; exit 1; }
tail -n 1 "$scratch/build.log"

echo "-- build: the wheel from the repository"
"${tool[@]}" build --wheel --no-isolation --outdir "$scratch/direct" . >"$scratch/build.log" 2>&1 ||
    { cat "$scratch/build.log"; exit 1; }
# One and the same, to the byte.
cmp "$scratch"/dist/*.whl "$scratch"/direct/*.whl

echo "-- twine check"
"${tool[@]}" twine check --strict "$scratch"/dist/*

echo "-- what is in them"
"$python" .ci/distributions.py "$scratch/dist"

echo "-- the wheel in an empty environment"
"$python" -m venv --without-pip "$scratch/empty"
into=(pip --python "$scratch/empty/bin/python")
"${tool[@]}" "${into[@]}" install -q --only-binary :all: "$scratch"/dist/*.whl
"${tool[@]}" "${into[@]}" check
version="$(ls "$scratch/dist" | sed -n 's/^skrnn-\(.*\)\.tar\.gz$/\1/p')"
cp .ci/installed.py "$scratch/installed.py"
# Isolated, outside of the repository, and with warnings as errors.
(cd "$scratch" && empty/bin/python -I -W error installed.py "$version")

if [ "$#" -gt 0 ]; then
    mkdir -p "$1"
    cp "$scratch"/dist/* "$1/"
fi
