#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
#
# A hook of certbot, acme.sh or lego: after a renewal, one resource gets the certificate. Its name is the first argument, the
# others go to ansible-playbook: rotate-one.sh www.example.com -e resource_cert_product=cdn
set -eu

credentials=${GCORE_CREDENTIALS:-/etc/gcore/credentials}

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

[ $# -gt 0 ] || fail 'the name of a resource is missing'
name=$1
shift

# Certbot tells the folder of the certificate, acme.sh and lego the files.
certificate=${RENEWED_LINEAGE:+${RENEWED_LINEAGE%/}/fullchain.pem}
certificate=${certificate:-${CERT_FULLCHAIN_PATH:-${LEGO_HOOK_CERT_PATH:-${LEGO_CERT_PATH:-}}}}
key=${RENEWED_LINEAGE:+${RENEWED_LINEAGE%/}/privkey.pem}
key=${key:-${CERT_KEY_PATH:-${LEGO_HOOK_CERT_KEY_PATH:-${LEGO_CERT_KEY_PATH:-}}}}
[ -n "$certificate" ] || fail 'no certificate is told: RENEWED_LINEAGE, CERT_FULLCHAIN_PATH and LEGO_CERT_PATH are unset'
[ -r "$credentials" ] || fail "can't read $credentials"

set -a
# shellcheck source=/dev/null
. "$credentials"
set +a

# Ansible starts in no locale but one of UTF-8.
[ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8

variables="{resource_cert_name: '$name', resource_cert_certificate_path: '$certificate',
  resource_cert_private_key_path: '$key'}"
if ! output=$(ansible-playbook gcore.web_security.rotate -e "$variables" "$@" 2>&1); then
  printf '%s\n' "$output" >&2
  fail "$certificate was renewed, but $name does not have it: see above"
fi
printf '%s\n' "$output"
