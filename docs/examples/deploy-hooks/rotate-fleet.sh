#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
#
# A hook of certbot, acme.sh or lego: after a renewal, every resource gets what it lacks of the whole folder.
# Arguments go to ansible-playbook, for example: rotate-fleet.sh -e fleet_cert_products=web_security,cdn
set -eu

credentials=${GCORE_CREDENTIALS:-/etc/gcore/credentials}

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

# What is wanted is the folder of all. Certbot and acme.sh have one in it for each, lego has the files side by side.
renewed=${RENEWED_LINEAGE:-${CERT_FULLCHAIN_PATH:+$(dirname "$CERT_FULLCHAIN_PATH")}}
renewed=${renewed:-${LEGO_HOOK_CERT_PATH:-${LEGO_CERT_PATH:-}}}
[ -n "$renewed" ] || fail 'no certificate is told: RENEWED_LINEAGE, CERT_FULLCHAIN_PATH and LEGO_CERT_PATH are unset'
directory=$(dirname "$renewed")
[ -r "$credentials" ] || fail "can't read $credentials"

set -a
# shellcheck source=/dev/null
. "$credentials"
set +a

# Ansible starts in no locale but one of UTF-8.
[ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8

if ! output=$(ansible-playbook gcore.web_security.rotate_fleet -e "{fleet_cert_directory: '$directory'}" "$@" 2>&1)
then
  printf '%s\n' "$output" >&2
  fail "$renewed was renewed, but not every resource has its certificate: see above"
fi
printf '%s\n' "$output"
