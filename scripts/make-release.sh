#!/usr/bin/env bash
# For a release: makes TAG's release, with the package in it, and moves the major tag to it. What a run before has done already
# stays, so that a failed one can be run again.
set -euo pipefail
cd "$(dirname "$0")/.."
package=runbook-drill.tgz

case $(gh release view "$TAG" --json isDraft --jq .isDraft || true) in
  false) echo "the release $TAG is there already" ;;
  true)
    gh release upload "$TAG" "$package" --clobber
    gh release edit "$TAG" --draft=false
    ;;
  *) gh release create "$TAG" "$package" --verify-tag --generate-notes ;;
esac

# A correction of an older version comes after a newer one, and must not take its place.
major=${TAG%%.*}
newest=$({ echo "$TAG"; gh release list --exclude-drafts --limit 1000 --json tagName --jq '.[].tagName'; } | grep "^$major\." | sort --version-sort | tail -n 1)
if [ "$newest" != "$TAG" ]; then
  echo "$major stays at $newest"
  exit
fi
commit=$(git rev-parse HEAD)
refs=$(gh api --paginate "repos/$GH_REPO/git/matching-refs/tags/$major" --jq '.[].ref')
if grep --quiet --line-regexp "refs/tags/$major" <<< "$refs"; then
  gh api --method PATCH "repos/$GH_REPO/git/refs/tags/$major" --raw-field sha="$commit" --field force=true
else
  gh api --method POST "repos/$GH_REPO/git/refs" --raw-field ref="refs/tags/$major" --raw-field sha="$commit"
fi
