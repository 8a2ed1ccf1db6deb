#!/bin/bash
# start.sh LAUNCHER: starts the broker under the cluster id that its storage was made with, or under a
# new one for new storage. The image alone would give emptied storage its old, built-in id again, but
# it is a new id that tells Malmoi that the broker forgot its tasks.
set -euo pipefail

PATH="${PATH}:/opt/kafka/bin"
made_with="${KAFKA_LOG_DIRS}/meta.properties"
if [[ -f "${made_with}" ]]; then
    CLUSTER_ID="$(sed -n 's/^cluster\.id=//p' "${made_with}")"
else
    CLUSTER_ID="$(kafka-storage.sh random-uuid)"
fi
export CLUSTER_ID
exec "$@"
