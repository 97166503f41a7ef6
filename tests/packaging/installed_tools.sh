#!/bin/sh
# installed_tools.sh PREFIX
#
# The installed tools need nothing of the sources: the load generator takes its scenarios from beside itself.
set -eu
prefix=$1
scenarios=$prefix/share/flexstock/scenarios
for tool in flexstock-journal flexstock-loadgen flexstock-replay; do "$prefix/bin/$tool" --version; done
cp "$scenarios/flash-sale.json" "$scenarios/only-here.json"
trap 'rm -f "$scenarios/only-here.json"' EXIT
"$prefix/bin/flexstock-loadgen" scenarios | grep -x only-here
"$prefix/bin/flexstock-loadgen" run only-here --set arrivals.total=1000 | grep 'identity: *intact'
