#!/usr/bin/env bash
# Puts the state that a pull request started from into a directory of its own, and names the same subject there.
#
# Environment: SUBJECT, such as python@. or js@packages/sdk; BASE, the commit of the base branch; BUILD, a command
# that builds a checkout (empty: nothing to build); INTO, the directory. Prints the baseline for `conformance run`.
set -euo pipefail

sdk=${SUBJECT%%@*}
path=${SUBJECT#*@}
if [ "$sdk" = "$SUBJECT" ] || [ ! -d "$path" ]; then
  echo "error: a merge base can be built for a subject that is a checkout, such as python@., not for $SUBJECT" >&2
  exit 2
fi
top=$(git -C "$path" rev-parse --show-toplevel)
below=$(git -C "$path" rev-parse --show-prefix) # ends in a slash, or is empty at the top

# A checkout of a workflow has one commit: fetch enough to know where the two sides parted.
if ! git -C "$top" cat-file -e "$BASE^{commit}" 2>/dev/null; then
  git -C "$top" fetch --quiet --no-tags --depth=1 origin "$BASE"
fi
if [ "$(git -C "$top" rev-parse --is-shallow-repository)" = true ]; then
  git -C "$top" fetch --quiet --no-tags --deepen=250 origin || true
fi
# The commit that a workflow checks out of a pull request merges the base in: then that is where they parted.
base=$(git -C "$top" merge-base "$BASE" HEAD 2>/dev/null || echo "$BASE")
git -C "$top" worktree add --quiet --detach "$INTO" "$base" >&2
if [ -n "${BUILD:-}" ]; then
  (cd "$INTO" && bash -euo pipefail -c "$BUILD") >&2
fi
echo "$sdk@$(cd "$INTO/$below" && pwd -P)"
