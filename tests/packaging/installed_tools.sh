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
# By way of variables: of a pipe the shell sees the last exit status alone.
list=$("$bin/flexstock-loadgen" scenarios)
echo "$list" | grep -x only-here
run=$("$bin/flexstock-loadgen" run only-here --set arrivals.total=1000)
echo "$run" | grep 'identity: *intact'
