#!/usr/bin/env bash
# For a release: pushes the host image of this machine's processor, unless it is there already. Its name and digest become outputs of the step.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
export PATH="$PWD/node_modules/.bin:$PATH"
read -r image published < <(node scripts/host-image.ts)
docker login "${published%%/*}" --username "$ACTOR" --password-stdin <<< "$TOKEN"
docker tag "$image" "$published"
docker push "$published"
digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "$published")
{
  echo "name=${published%:*}"
  echo "digest=${digest#*@}"
} >> "$GITHUB_OUTPUT"
