#!/usr/bin/env python3
"""Golden vectors of every kind of entry, from docs/format.md and Python's standard library, with nothing of onrecord.

    python3 tests/vectors/kinds.py            writes kinds.jsonl anew
    python3 tests/vectors/kinds.py --check    makes them again and compares, verifies each stored line by its own bytes, and
                                              shows that a line with one character changed is refused

Canonical JSON (RFC 8785), Ed25519 (RFC 8032), the SSHSIG blob, signed-note keys and RFC 6962 leaf hashes are written out
below. A line of kinds.jsonl is a JSON object: the plain fields of the header (`about`, `agent`, `kind`, `ledger`, `prev`,
`re`, `seed`, `signed`, `time`), `salt`, and what follows from them and from the body: `payload`, `digest`, `content` (SHA-256
of kind, a zero byte and the canonical body), `entry`, `leaf`. The bodies stand in kinds_bodies.py. All seeds are public.
"""

import base64
import hashlib
import json
import os
import re
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# --- RFC 8785, as much of it as the record uses -----------------------------------------------------------------------

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def text(value):
    assert not any(ord(c) < 32 and c not in "\n\t" or 0x7F <= ord(c) <= 0x9F for c in value), "a control character"
    return '"' + "".join(ESCAPES.get(c, c) for c in value) + '"'


def canonical(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        assert abs(value) < 2**53
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    assert isinstance(value, dict), f"the record has no {type(value)}"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(text(key) + ":" + canonical(value[key]) for key in keys) + "}"


# --- Ed25519, RFC 8032 section 5.1 -------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(factor, point):
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = add(result, point)
        point, factor = add(point, point), factor >> 1
    return result


def from_y(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = from_y(4 * pow(5, P - 2, P) % P, 0)


def compressed(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expanded(seed):
    digest = hashlib.sha512(seed).digest()
    number = int.from_bytes(digest[:32], "little")
    return number & ((1 << 254) - 8) | 1 << 254, digest[32:]


def public(seed):
    return compressed(times(expanded(seed)[0], BASE))


def challenge(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def sign(seed, message):
    secret, prefix = expanded(seed)
    nonce = challenge(prefix, message)
    point = compressed(times(nonce, BASE))
    return point + ((nonce + challenge(point, public(seed), message) * secret) % ORDER).to_bytes(32, "little")


def verifies(key, message, signature):
    number = int.from_bytes(key, "little")
    point = from_y(number & ((1 << 255) - 1), number >> 255)
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or scalar >= ORDER:
        return False
    # R = S·B - k·A, compared in its compressed form.
    negative = (P - point[0], point[1], point[2], P - point[3])
    found = add(times(scalar, BASE), times(challenge(signature[:32], key, message), negative))
    return compressed(found) == signature[:32]


def known_answer():
    """RFC 8032, section 7.1, test 2."""
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    right = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    assert public(seed).hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert sign(seed, b"\x72") == right and verifies(public(seed), b"\x72", right)
    assert not verifies(public(seed), b"\x73", right)


# --- Keys, signatures, hashes of the record ----------------------------------------------------------------------------


def seed_of(number):
    return bytes([number]) * 32


def ssh_string(data):
    return struct.pack(">I", len(data)) + data


def ssh_key(number):
    blob = ssh_string(b"ssh-ed25519") + ssh_string(public(seed_of(number)))
    return "ssh-ed25519 " + base64.b64encode(blob).decode()


def verifier_key(name, number):
    key = b"\x01" + public(seed_of(number))
    short = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    return f"{name}+{short}+{base64.b64encode(key).decode()}"


def signed_blob(ledger, unsigned):
    message = b"onrecord/1 " + ledger.encode() + b"\n" + unsigned
    parts = [b"onrecord-entry", b"", b"sha512", hashlib.sha512(message).digest()]
    return b"SSHSIG" + b"".join(ssh_string(part) for part in parts)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def leaf(entry):
    return sha256(b"\0" + entry)


# --- Vectors -----------------------------------------------------------------------------------------------------------

# Where an entry of the kind stands, in numbers that a header could have: (subject, whether it acts on an entry, whether it
# decides). Creating kinds have no subject; `maybe` is present in the full vector alone.
PLACES = {
    "ledger-opened": (None, "no", True),
    "agent-enrolled": (None, "no", True),
    "agent-described": (1, "no", False),
    "agent-key-changed": (1, "no", True),
    "agent-roles-changed": (1, "no", True),
    "agent-revoked": (1, "no", True),
    "log-key-changed": (0, "no", True),
    "policy-set": (0, "no", True),
    "document-registered": (None, "no", False),
    "document-amended": (3, "no", False),
    "snapshot-captured": (3, "no", False),
    "text-extracted": (3, "yes", False),
    "claim-recorded": (None, "no", False),
    "claim-amended": (9, "no", False),
    "claim-moved": (9, "no", False),
    "appearance-recorded": (9, "maybe", False),
    "anchor-moved": (9, "maybe", False),
    "claims-related": (9, "no", False),
    "relation-withdrawn": (9, "yes", False),
    "evidence-linked": (9, "no", False),
    "evidence-withdrawn": (9, "yes", False),
    "search-recorded": (9, "no", False),
    "contact-recorded": (9, "maybe", False),
    "verdict-issued": (9, "no", True),
    "review-recorded": (9, "yes", True),
    "claim-published": (9, "no", True),
    "request-received": (9, "no", False),
    "correction-issued": (9, "maybe", True),
    "claim-retracted": (9, "maybe", True),
    "note-added": (9, "maybe", False),
    "payload-withheld": (9, "maybe", True),
    "payload-released": (9, "maybe", True),
    "payload-erased": (9, "maybe", True),
    "batch-signed": (0, "no", True),
}


def vector(kind, which, body, ledger):
    about, acts, decides = PLACES[kind]
    full = which != "least"
    plain = {"kind": kind, "ledger": ledger, "name": f"{kind}/{which}", "v": 0}
    plain["time"] = "2026-11-22T07:12:03.123Z" if full else "9999-12-31T23:59:59.999Z"
    # An entry alone signs for itself; one that does not decide may stand in a batch.
    plain["signed"] = full or decides
    plain["agent"], plain["seed"] = (0, 1) if full or kind == "ledger-opened" else (5, 2)
    if about is not None:
        plain["about"], plain["prev"] = about, 40 if full else about
    if acts == "yes" or (acts == "maybe" and full):
        plain["re"] = 30
    salt = seed_of(7)[:16] if full else b"\xff" * 16
    plain["salt"] = base64.urlsafe_b64encode(salt).decode().rstrip("=")
    payload = canonical({"body": body, "salt": plain["salt"]})
    plain["payload"], plain["digest"] = payload, sha256(payload.encode())
    plain["content"] = sha256(kind.encode() + b"\0" + canonical(body).encode())
    keys = [key for key in ("about", "agent", "digest", "kind", "prev", "re", "time", "v") if key in plain]
    header = {key: plain[key] for key in keys}
    if plain["signed"]:
        blob = signed_blob(ledger, canonical(header).encode())
        header["sig"] = base64.b64encode(sign(seed_of(plain["seed"]), blob)).decode()
    plain["entry"] = canonical(header)
    plain["leaf"] = leaf(plain["entry"].encode())
    return plain


def vectors():
    import kinds_bodies

    bodies = kinds_bodies.bodies(ssh_key, verifier_key, sha256)
    opened = vector("ledger-opened", "full", bodies["ledger-opened"]["full"], "0" * 64)
    for kind in PLACES:
        for which, body in bodies[kind].items():
            ledger = "0" * 64 if kind == "ledger-opened" else opened["leaf"]
            yield vector(kind, which, body, ledger)


def wrong(line):
    """What does not fit in a stored line, worked out from its bytes alone; None where all does."""
    payload, entry = line["payload"].encode(), line["entry"].encode()
    if sha256(payload) != line["digest"]:
        return "digest"
    parts = re.fullmatch(rb'\{"body":(.*),"salt":"([A-Za-z0-9_-]{22})"\}', payload, re.DOTALL)
    if not parts or sha256(line["kind"].encode() + b"\0" + parts[1]) != line["content"]:
        return "content"
    if leaf(entry) != line["leaf"]:
        return "leaf"
    header = json.loads(entry)
    if header["digest"] != line["digest"] or header["kind"] != line["kind"] or canonical(header).encode() != entry:
        return "entry"
    if line["signed"] != ("sig" in header):
        return "signed"
    if line["signed"]:
        unsigned = re.sub(rb',"sig":"[^"]*"', b"", entry)
        signature = base64.b64decode(header["sig"])
        if not verifies(public(seed_of(line["seed"])), signed_blob(line["ledger"], unsigned), signature):
            return "signature"
    return None


def changed(line, key):
    """The line with one character in the middle of a value changed; of an entry and its leaf both, as a forger would."""
    value = line[key]
    at = len(value) // 2
    other = "0" if value[at] != "0" else "1"
    new = {**line, key: value[:at] + other + value[at + 1:]}
    if key == "entry":
        new["leaf"] = leaf(new["entry"].encode())
    return new


def refused(line):
    try:
        return wrong(line) is not None
    except (ValueError, KeyError):
        return True


def check(path):
    with open(path, encoding="utf-8") as file:
        stored = file.read()
    made = list(vectors())
    assert stored == "".join(map(written, made)), "kinds.jsonl is not what this program writes; what has changed?"
    lines = [json.loads(line) for line in stored.rstrip("\n").split("\n")]
    for line in lines:
        assert wrong(line) is None, f"{line['name']}: {wrong(line)} does not fit"
    tried = 0
    for line in lines:
        for key in ("payload", "digest", "content", "entry", "leaf"):
            assert refused(changed(line, key)), f"{line['name']}: a changed {key} was not seen"
            tried += 1
    kinds = {line["kind"] for line in lines}
    print(f"hold: {len(lines)} vectors of {len(kinds)} kinds; {tried} changed ones refused")


def written(line):
    return json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments):
    known_answer()
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kinds.jsonl")
    if arguments == ["--check"]:
        return check(path)
    if arguments:
        sys.exit(__doc__)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(map(written, vectors()))


if __name__ == "__main__":
    main(sys.argv[1:])
