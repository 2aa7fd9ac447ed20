"""Somebody else's log and feeder (PyPI aics-tlog, aics-witness) against a witness of onrecord.

    witness.py URL VKEY ORIGIN HEX_SEED        drives it: cosignatures, refresh, growth, and each refusal
    witness.py --vkey ORIGIN HEX_SEED          prints the log's verifier key

Exits with 1 at the first answer that is not the one that the specification asks for.
"""

import sys
import urllib.error
import urllib.request

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aics_tlog import Checkpoint, MerkleTree, format_vkey, parse_note, parse_vkey, sign_checkpoint
from aics_tlog import verify_cosignature, vkey_from_ed25519
from aics_witness.feeder import WitnessClient, WitnessRejected, merge_cosignatures
from aics_witness.protocol import format_add_checkpoint_request, origin_hash


def key_of(seed):
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def tree(size, fork=None):
    made = MerkleTree()
    for n in range(size):
        made.append(f"entry {n}{' of another history' if fork is not None and n >= fork else ''}".encode())
    return made


def checkpoint(of, size, origin, key):
    return sign_checkpoint(Checkpoint(origin=origin, size=size, root=of.root(size)), key, origin).to_bytes()


def post(url, body):
    try:
        with urllib.request.urlopen(urllib.request.Request(url + "/add-checkpoint", data=body), timeout=20) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"FAILED: {what}: {found!r} instead of {wanted!r}")
    print(f"  {what}: {found!r}")


def main(url, vkey, origin, seed):
    key, one, fork = key_of(seed), tree(200), tree(200, fork=90)
    witness = parse_vkey(vkey)

    def note(of, size, origin=origin, key=key):
        return checkpoint(of, size, origin, key)

    def body(old, proof, signed):
        return format_add_checkpoint_request(old, proof, signed)

    # The feeder checks each cosignature against what it sent, and its time against its own clock.
    with WitnessClient(url, vkey) as client:
        for size in (100, 100, 150):
            line = client.submit(note(one, size), one.consistency_proof)
            merged = parse_note(merge_cosignatures(note(one, size), line))
            own = [s for s in merged.signatures if s.name == witness.name]
            expect(f"cosigned at {size}, lines by the witness", len(own), 1)
    # One that remembers nothing begins from 0, is told the size, and comes to its end.
    with WitnessClient(url, vkey) as client:
        client.submit(note(one, 160), one.consistency_proof)
        print("  cosigned at 160 by way of 409")
        try:
            client.submit(note(fork, 170), fork.consistency_proof)
            sys.exit("FAILED: a forked checkpoint was cosigned for the feeder")
        except WitnessRejected as error:
            expect("the feeder is refused a fork", error.status, 422)

    grown = one.consistency_proof(160, 180)
    expect("forked checkpoint", post(url, body(160, fork.consistency_proof(160, 180), note(fork, 180)))[0], 422)
    expect("forked checkpoint of the same size", post(url, body(160, [], note(fork, 160)))[0], 422)
    expect("old size", post(url, body(100, one.consistency_proof(100, 180), note(one, 180))), (409, "text/x.tlog.size", "160\n"))
    expect("unknown origin", post(url, body(0, [], note(one, 180, origin="unknown.invalid/log")))[0], 404)
    expect("bad signature", post(url, body(160, grown, note(one, 180, key=key_of("77" * 32))))[0], 403)
    expect("old above the size", post(url, body(180, [], note(one, 170)))[0], 400)
    good = body(160, grown, note(one, 180))
    expect("a leading zero", post(url, good.replace(b"old 160", b"old 0160", 1))[0], 400)
    expect("the same without a change: the control", post(url, good)[0], 200)
    with urllib.request.urlopen(f"{url}/{origin_hash(origin)}/checkpoint", timeout=20) as answer:
        shown = parse_note(answer.read())
    expect("the witness shows size", shown.text.splitlines()[1], "180")


if __name__ == "__main__":
    if sys.argv[1] == "--vkey":
        print(format_vkey(vkey_from_ed25519(sys.argv[2], key_of(sys.argv[3]).public_key())))
    else:
        main(*sys.argv[1:])
