#!/bin/sh
# Verifies a policy.lock.json with nothing but jq and openssl.
#
#   verify-lock.sh LOCK PUBKEY...
#
# A lock is good if one of its signatures is by one of the given public keys (PEM, such as
# ~/.claw/keys/host.pub) over what is in the file. Give only keys that you trust now: this script
# knows nothing of retirement, nor which agent or serial you expect. It prints those.
#
# Exit code: 0 the lock is good, 1 it is not, 2 the call or a key file is wrong, 3 a tool is missing.
set -eu
LC_ALL=C
export LC_ALL

say() {
  printf '%s\n' "verify-lock: $1" >&2
}

if [ $# -lt 2 ]; then
  say "expected LOCK PUBKEY..., found $# arguments"
  exit 2
fi
for tool in jq openssl; do
  if ! command -v "$tool" >/dev/null; then
    say "$tool: expected on the PATH, found no such program; install it"
    exit 3
  fi
done

lock=$1
shift
if [ ! -r "$lock" ]; then
  say "$lock: expected a readable file, found none"
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The form is checked before anything else, so that what is printed below is no trick.
if ! jq -e -s '
    length == 1 and (.[0] | type == "object" and keys == ["lock", "signatures"]
      and (.lock | type == "object")
      and (.signatures | type == "array" and all(
        .keyid as $k | .sig as $s | keys == ["keyid", "sig"]
          and ($k | type == "string" and test("^sha256:[0-9a-f]{64}$"))
          and ($s | type == "string" and test("^[A-Za-z0-9+/]{86}==$")))))' \
    "$lock" >/dev/null 2>&1; then
  say "$lock: expected {\"lock\": {...}, \"signatures\": [{\"keyid\", \"sig\"}...]}, found another form"
  exit 1
fi

# The canonical form of RFC 8785. jq before 1.7 writes U+007F as \u007f and RFC 8785 as it is; an
# escaped backslash before "u007f" must not be mistaken for it, so pairs of backslashes are put
# aside first, as line feeds, of which jq -c writes only the last.
payload=$work/payload
delete=$(printf '\177')
jq -cS .lock "$lock" | tr -d '\n' |
  sed 's/\\\\/\n/g; s/\\u007f/'"$delete"'/g; s/\n/\\\\/g' >"$payload"

# DSSE, protocol version 1: PAE(type, payload).
type=application/vnd.claw.policy-lock.v1+json
{
  printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(($(wc -c <"$payload")))"
  cat "$payload"
} >"$work/signed"

count=$(jq '.signatures | length' "$lock")
if [ "$count" -eq 0 ]; then
  say "$lock: expected a signature, found none"
  exit 1
fi

known=no
for key in "$@"; do
  if ! openssl pkey -pubin -in "$key" -pubout -outform DER -out "$work/key.der" 2>/dev/null; then
    say "$key: expected a public key in PEM, found none"
    exit 2
  fi
  keyid=sha256:$(openssl dgst -sha256 -r "$work/key.der" | cut -d ' ' -f 1)
  i=0
  while [ "$i" -lt "$count" ]; do
    if [ "$(jq -r ".signatures[$i].keyid" "$lock")" = "$keyid" ]; then
      known=yes
      jq -r ".signatures[$i].sig" "$lock" | openssl base64 -d -A >"$work/sig"
      if openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin \
          -in "$work/signed" -sigfile "$work/sig" >/dev/null 2>&1; then
        jq -r --arg key "$keyid" '
          "good: agent \(.lock.agent.name | @json) (\(.lock.agent.id | @json)), serial "
          + "\(.lock.serial | @json), signed by \($key)"' "$lock"
        exit 0
      fi
    fi
    i=$((i + 1))
  done
done

if [ "$known" = yes ]; then
  say "$lock: the signature does not fit the lock: one of them was changed"
else
  say "$lock: expected a signature by one of the given keys, found only others:"
  jq -r '.signatures[].keyid' "$lock" >&2
fi
exit 1
