#!/bin/sh
# Runs ejabberd in the foreground from the folder that configure.py filled.
# ejabberdctl refuses users other than root and ejabberd, so Erlang is started as it would be:
# without a node name, hence without a port for other nodes.
set -eu
folder=$1
ERL_LIBS=$(sed -n "s/^ERL_LIBS='\(.*\)'$/\1/p" /usr/sbin/ejabberdctl)
export ERL_LIBS ERL_MAX_PORTS=32000 HOME="$folder"
export EJABBERD_CONFIG_PATH="$folder/ejabberd.yml"
export EJABBERD_LOG_PATH="$folder/data/ejabberd.log"
exec erl -noinput -mnesia dir "\"$folder/data\"" -env ERL_CRASH_DUMP_BYTES 0 -s ejabberd
