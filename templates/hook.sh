#!/bin/sh
# The hook for pre-commit: `wirecopy check` with the program of this checkout, which is released or else built once.
set -eu
checkout=$(cd "$(dirname "$0")/.." && pwd)
folder=$checkout/.wirecopy
if [ ! -x "$folder/wirecopy" ]; then
    # The repository that is committed to may be named in the environment.
    git_here() { env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE git -C "$checkout" "$@"; }
    origin=$(git_here config --get remote.origin.url || true)
    WIRECOPY_RELEASES=${WIRECOPY_RELEASES:-${origin:+${origin%.git}/releases/download}} \
        WIRECOPY_REVISION=$(git_here rev-parse HEAD) \
        sh "$checkout/templates/install.sh" "$folder"
fi
exec "$folder/wirecopy" check "$@"
