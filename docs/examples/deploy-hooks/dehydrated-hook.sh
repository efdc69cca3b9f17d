#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
#
# A hook of dehydrated, which calls it for whatever it does, takes its output for an answer, and ends where it fails: so only
# a renewal is acted upon. In a hook of your own, hand over to it: dehydrated-hook.sh "$@"
set -eu

[ "${1:-}" = deploy_cert ] || exit 0

# deploy_cert DOMAIN KEYFILE CERTFILE FULLCHAINFILE CHAINFILE TIMESTAMP
export CERT_KEY_PATH="$3" CERT_FULLCHAIN_PATH="$5"
exec "$(dirname "$0")/rotate-fleet.sh"
