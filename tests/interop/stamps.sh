#!/usr/bin/env bash
# Time stamps with two throw-away authorities, judged by `openssl ts -verify`: the ledger's stamps hold, and other data, another
# request, a flipped byte and the other authority's root are refused.
#
# usage: tests/interop/stamps.sh [ONRECORD]      the program, built with `--features net`; else $ONRECORD; else built here
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v openssl >/dev/null || ! command -v python3 >/dev/null; then
    echo "stamps: skipped, needs openssl and python3" >&2
    exit 0
fi
onrecord=${1:-${ONRECORD:-}}
if [ -z "$onrecord" ]; then
    cargo build --features net
    onrecord=$PWD/target/debug/onrecord
fi

scratch=$(mktemp -d)
servers=()
finish() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap finish EXIT
export XDG_CONFIG_HOME=$scratch/config XDG_STATE_HOME=$scratch/state XDG_CACHE_HOME=$scratch/cache

cat >"$scratch/tsa.py" <<'PY'
# A time-stamp authority: POST a query, get what `openssl ts -reply` answers. usage: tsa.py FOLDER PORT-FILE
import http.server, os, subprocess, sys

folder, port_file = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        with open(os.path.join(folder, "query"), "wb") as out:
            out.write(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-section", "t", "-queryfile", "query"]
        reply = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as out:
    out.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
PY

# authority NAME: a root, a certificate for stamping, and a server; its port stands in NAME/port.
authority() {
    local at=$scratch/$1
    mkdir "$at"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$at/ca.key" -out "$at/ca.pem" -subj "/CN=$1 root" -days 2 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout "$at/tsa.key" -out "$at/tsa.csr" -subj "/CN=$1" 2>/dev/null
    printf 'extendedKeyUsage=critical,timeStamping\n' >"$at/ext"
    openssl x509 -req -in "$at/tsa.csr" -CA "$at/ca.pem" -CAkey "$at/ca.key" -CAcreateserial -days 2 -extfile "$at/ext" \
        -out "$at/tsa.pem" 2>/dev/null
    echo 01 >"$at/serial"
    cat >"$at/tsa.conf" <<CONF
[t]
serial = serial
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
CONF
    python3 "$scratch/tsa.py" "$at" "$at/port" &
    servers+=($!)
    for _ in $(seq 100); do [ -f "$at/port" ] && break; sleep 0.1; done
}

checks=0
# accepts WHAT COMMAND…, refuses WHAT COMMAND…
accepts() {
    if ! "${@:2}" >/dev/null 2>&1; then echo "stamps: FAILED, should hold: $1" >&2; exit 1; fi
    checks=$((checks + 1))
}
refuses() {
    if "${@:2}" >/dev/null 2>&1; then echo "stamps: FAILED, should be refused: $1" >&2; exit 1; fi
    checks=$((checks + 1))
}

authority one
authority two
"$onrecord" --quiet demo "$scratch/demo" >/dev/null
export ONRECORD_LEDGER=$scratch/demo/ledger
one=http://127.0.0.1:$(cat "$scratch/one/port")/tsr
two=http://127.0.0.1:$(cat "$scratch/two/port")/tsr
"$onrecord" stamp --tsa "$one" --tsa "$two"

stamps=$ONRECORD_LEDGER/stamps
text=$(ls "$stamps"/*.txt)
for name in one two; do
    port=$(cat "$scratch/$name/port")
    tsr=$(ls "$stamps"/*"$port"*.tsr)
    root=$scratch/$name/ca.pem
    other=$([ $name = one ] && echo two || echo one)
    accepts "the stamp by $name" openssl ts -verify -data "$text" -in "$tsr" -CAfile "$root"
    accepts "the stamp by $name, with its chain" openssl ts -verify -data "$text" -in "$tsr" -CAfile "$root" -untrusted "${tsr%.tsr}.pem"
    accepts "the request to $name" openssl ts -verify -queryfile "${tsr%.tsr}.tsq" -in "$tsr" -CAfile "$root"
    refuses "other data" openssl ts -verify -data "$scratch/tsa.py" -in "$tsr" -CAfile "$root"
    refuses "the root of $other" openssl ts -verify -data "$text" -in "$tsr" -CAfile "$scratch/$other/ca.pem"
    foreign=$(ls "$stamps"/*"$(cat "$scratch/$other/port")"*.tsq)
    refuses "the request to $other" openssl ts -verify -queryfile "$foreign" -in "$tsr" -CAfile "$root"
    python3 - "$tsr" "$scratch/flipped.tsr" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-1] ^= 1
open(sys.argv[2], "wb").write(data)
PY
    refuses "a flipped byte" openssl ts -verify -data "$text" -in "$scratch/flipped.tsr" -CAfile "$root"
    # openssl reads our own request as what it should be.
    accepts "the request's form" sh -c "openssl ts -query -in '${tsr%.tsr}.tsq' -text | grep -q 'Certificate required: yes'"
done

# What the program itself says: not refuted, and not confirmed either.
set +e
"$onrecord" stamp verify >"$scratch/verified"
code=$?
set -e
[ "$code" -eq 4 ] || { echo "stamps: FAILED, stamp verify gave $code" >&2; exit 1; }
grep -c "certificate cannot be determined here" "$scratch/verified" | grep -qx 2
"$onrecord" --quiet prove 3 --stamps --out "$scratch/p.tlog-proof"
accepts "a stamp beside a proof" "$onrecord" check "$scratch/p.tlog-proof"
beside=$(ls "$scratch"/p.tlog-proof.*"$(cat "$scratch/one/port")"*.tsr)
accepts "the same, by openssl" openssl ts -verify -data "$scratch/p.tlog-proof.txt" -in "$beside" -CAfile "$scratch/one/ca.pem"
"$onrecord" --quiet note 3 "After the stamp."
"$onrecord" --quiet prove 3 --out "$scratch/q.tlog-proof"
cp "$beside" "$scratch/q.tlog-proof.one.tsr"
refuses "a stamp of an earlier checkpoint beside a later proof" "$onrecord" check "$scratch/q.tlog-proof"
echo "stamps: $checks checks, with openssl $(openssl version | cut -d' ' -f2)"
