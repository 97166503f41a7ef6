#!/bin/sh
# pkg_config.sh COMPILER PREFIX EXAMPLE PROGRAM
#
# Builds EXAMPLE with the flags that pkg-config gives for what is installed below PREFIX, and runs it.
set -eu
compiler=$1 prefix=$2 example=$3 program=$4

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name flexstock.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs 'flexstock >= 0.1')
eval "set -- $flags" # pkg-config quotes for the shell: a prefix may have spaces
"$compiler" -std=c++20 -O1 "$example" -o "$program" "$@"
"$program"
