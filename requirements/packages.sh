#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian packages the tests use: PostgreSQL. Installed when root and missing; otherwise said.
set -eu
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null
else
  echo "PostgreSQL is not installed: its tests will be skipped. Install it with: apt-get install postgresql"
fi
