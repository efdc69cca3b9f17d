#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
#
# A hook of certbot or acme.sh: after a renewal, one Web Security resource gets the certificate. Its name is the first
# argument, the others go to ansible-playbook: rotate-one.sh www.example.com -e resource_cert_verify=edge
set -eu

credentials=${GCORE_CREDENTIALS:-/etc/gcore/credentials}

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

[ $# -gt 0 ] || fail 'the name of a resource is missing'
name=$1
shift

# Certbot tells the folder of the certificate, acme.sh the files.
certificate=${CERT_FULLCHAIN_PATH:-${RENEWED_LINEAGE:+$RENEWED_LINEAGE/fullchain.pem}}
key=${CERT_KEY_PATH:-${RENEWED_LINEAGE:+$RENEWED_LINEAGE/privkey.pem}}
[ -n "$certificate" ] || fail 'neither RENEWED_LINEAGE (certbot) nor CERT_FULLCHAIN_PATH (acme.sh) is set'
[ -r "$credentials" ] || fail "can't read $credentials"

set -a
# shellcheck source=/dev/null
. "$credentials"
set +a

variables="{resource_cert_name: '$name', resource_cert_certificate_path: '$certificate',
  resource_cert_private_key_path: '$key'}"
if ! output=$(ansible-playbook gcore.web_security.rotate -e "$variables" "$@" 2>&1); then
  printf '%s\n' "$output" >&2
  fail "$certificate was renewed, but $name does not have it: see above"
fi
printf '%s\n' "$output"
