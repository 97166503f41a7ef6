#!/bin/sh
# installed_tools.sh PREFIX BINDIR DATADIR
#
# The installed tools need nothing of the sources: the load generator takes its scenarios from beside itself.
set -eu
bin=$1/$2
scenarios=$1/$3/flexstock/scenarios
for tool in flexstock-journal flexstock-loadgen flexstock-replay; do "$bin/$tool" --version; done
cp "$scenarios/flash-sale.json" "$scenarios/only-here.json"
trap 'rm -f "$scenarios/only-here.json"' EXIT
"$bin/flexstock-loadgen" scenarios | grep -x only-here
"$bin/flexstock-loadgen" run only-here --set arrivals.total=1000 | grep 'identity: *intact'
