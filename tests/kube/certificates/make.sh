#!/bin/sh
# An authority, a server and a client that it signed, for tests alone and for a hundred years.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
cat >"$work/ca.conf" <<END
[ca]
default_ca = it
[it]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
END
: >"$work/index"
echo 01 >"$work/serial"
sign() {
  printf '%s\n' "basicConstraints=CA:$3" "$4" "$5" >"$work/extensions"
  openssl req -new -key "$1" -subj "$2" -out "$work/request"
  openssl ca -batch -notext -config "$work/ca.conf" -extfile "$work/extensions" -in "$work/request" \
    -startdate 20200101000000Z -enddate 21200101000000Z -keyfile "$work/authority.key" "$6" ${7:-} -out "${1%.key}.crt"
}
key "$work/authority.key"
sign "$work/authority.key" "/CN=authority of tests" true keyUsage=keyCertSign subjectKeyIdentifier=hash -selfsign
cp "$work/authority.crt" .
for one in server client; do key "$one.key"; done
sign server.key "/CN=server of tests" false extendedKeyUsage=serverAuth "subjectAltName=DNS:api.test,IP:127.0.0.1" -cert authority.crt
sign client.key "/O=testers/CN=client of tests" false extendedKeyUsage=clientAuth "subjectAltName=DNS:client.test" -cert authority.crt
