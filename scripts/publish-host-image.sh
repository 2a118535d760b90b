#!/usr/bin/env bash
# For a release: pushes the host image of this machine's processor; what is there already is not sent again. Its name and digest
# become outputs of the step.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
export PATH="$PWD/node_modules/.bin:$PATH"
# Not read from a process substitution: its failure would not end this.
names=$(node scripts/host-image.ts)
read -r image published <<< "$names"
docker login "${published%%/*}" --username "$ACTOR" --password-stdin <<< "$TOKEN"
docker tag "$image" "$published"
docker push "$published"
# An image may have a digest in several registries.
digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$published" | grep "^${published%:*}@")
{
  echo "name=${published%:*}"
  echo "digest=${digest#*@}"
} >> "$GITHUB_OUTPUT"
