#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
#
# A hook of any client: launches a job template or a workflow of AWX. No certificate and no key goes with it; the
# job takes them from where it always does. The address, the token and the answers are in a file that curl reads.
set -eu

settings=${GCORE_AWX_SETTINGS:-/etc/gcore/awx.curl}

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

[ -r "$settings" ] || fail "can't read $settings"

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
status=$(curl --config "$settings" --silent --show-error --max-time 60 --output "$answer" --write-out '%{http_code}') ||
  fail 'AWX could not be reached, nothing was launched'
[ "$status" = 201 ] || fail "AWX answered $status, nothing was launched: $(cat "$answer")"

job=$(tr '{,' '[\n*]' <"$answer" | sed -n 's/^ *"\(workflow_\)\{0,1\}job": *\([0-9]\{1,\}\).*/\2/p' | head -n 1)
printf 'AWX runs it as job %s\n' "$job"
# What the survey does not ask for is left out without an error: the job may be a dry run.
grep -q '"ignored_fields": *{}' "$answer" || fail "AWX ignored some of the answers: $(cat "$answer")"
