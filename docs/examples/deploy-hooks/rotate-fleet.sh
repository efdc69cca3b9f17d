#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
#
# A hook of certbot or acme.sh: after a renewal, every Web Security resource gets what it lacks of the whole folder.
# Arguments go to ansible-playbook, for example: rotate-fleet.sh -e fleet_cert_verify=edge
set -eu

credentials=${GCORE_CREDENTIALS:-/etc/gcore/credentials}

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

# Certbot tells the folder of the certificate, acme.sh the certificate itself; what is wanted is the folder of all.
renewed=${RENEWED_LINEAGE:-${CERT_FULLCHAIN_PATH:+${CERT_FULLCHAIN_PATH%/*}}}
[ -n "$renewed" ] || fail 'neither RENEWED_LINEAGE (certbot) nor CERT_FULLCHAIN_PATH (acme.sh) is set'
[ -r "$credentials" ] || fail "can't read $credentials"

set -a
# shellcheck source=/dev/null
. "$credentials"
set +a

if ! output=$(ansible-playbook gcore.web_security.rotate_fleet -e "{fleet_cert_directory: '${renewed%/*}'}" "$@" 2>&1)
then
  printf '%s\n' "$output" >&2
  fail "$renewed was renewed, but not every resource has its certificate: see above"
fi
printf '%s\n' "$output"
