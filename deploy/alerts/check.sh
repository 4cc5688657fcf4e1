#!/usr/bin/env bash
# Checks the rules and runs their tests with promtool, which it installs where it is missing (Debian's package `prometheus`; needs root for that).
# With --install it does only the latter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v promtool >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo 'promtool is missing. What to do: install Prometheus (on Debian: apt-get install prometheus), or put promtool on the PATH.' >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus >/dev/null
fi

if [ "${1:-}" = --install ]; then exit 0; fi

promtool check rules ./*.rules.yaml
promtool test rules tests/*.test.yaml
