#!/usr/bin/env bash
# The pages of real runs, opened in a browser: each mode, and a sweep. pages_test.sh LOADGEN CHECK.MJS
set -euo pipefail

loadgen=$1
check=$2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

for mode in virtual 'rate --seconds 1' 'max --seconds 1'; do
  # shellcheck disable=SC2086 # several words
  "$loadgen" run flash-sale --mode $mode --contention --report "$directory/${mode%% *}.html" >/dev/null
  node "$check" "$directory/${mode%% *}.html"
done
"$loadgen" run flash-sale --sweep catalogue.policy.checkout_hold_ms=1000,5000,20000 --report "$directory/sweep.html" \
  >/dev/null
node "$check" "$directory/sweep.html"
