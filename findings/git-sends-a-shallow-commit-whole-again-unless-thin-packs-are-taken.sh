#!/bin/sh
# Git's server: a clone of depth 1 that fetches the next commit with depth 1 says which commit it has,
# and gets every file of the new one all the same, unless it also takes thin packs. Only then the
# server looks at what the commits of the client hold; without, it leaves out what lies behind a
# commit's parents, and a shallow commit has none. `git fetch` takes thin packs, so it does not show
# there; it does for `git fetch-pack` and for whoever speaks the protocol by a library and avoids thin
# packs because they have to be completed.
#
# Seen with git 2.39.5 (objects of the second fetch, of a tree with 200 files of which one changed):
#   without thin packs: 202
#   with thin packs: 3
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com

git init --quiet --initial-branch=main "$folder/origin"
number=0
while [ "$number" -lt 200 ]; do
    echo "$number" >"$folder/origin/f$number"
    number=$((number + 1))
done
commit() {
    git -C "$folder/origin" add .
    git -C "$folder/origin" commit --quiet --message "$1"
}
commit first
for way in plain thin; do
    git clone --quiet --bare --depth 1 "file://$folder/origin" "$folder/$way"
done
echo other >"$folder/origin/f0"
commit second

# the server tells how many objects it sends
sent() {
    git -C "$folder/$1" fetch-pack --depth=1 $2 "file://$folder/origin" refs/heads/main 2>&1 |
        sed -n 's/.*remote: Total \([0-9]*\) .*/\1/p'
}
plain=$(sent plain "")
thin=$(sent thin --thin)
echo "without thin packs: $plain"
echo "with thin packs: $thin"
[ "$plain" = 202 ] && [ "$thin" = 3 ]
