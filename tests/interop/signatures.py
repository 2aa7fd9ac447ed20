#!/usr/bin/env python3
"""Checks every signature of a ledger with ssh-keygen -Y verify, using nothing of onrecord.

    python3 signatures.py LEDGER

Reads the bundles under log/ and payload/, takes the agents' keys from the entries that enrol them, rebuilds for each
signed entry the message and the armored signature file (docs/format.md, Signatures), and asks OpenSSH. Checks the
batches too: the RFC 6962 root over the entries that a batch-signed entry covers. Ends with negative controls: the same
signature over a changed message, under another namespace, and by another principal must all be refused.
"""

import base64
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile

NAMESPACE = "onrecord-entry"


def bundle_path(n, width):
    digits = f"{n:03d}"
    rest, name = n // 1000, f"{n % 1000:03d}"
    while rest > 0:
        name, rest = f"x{rest % 1000:03d}/" + name, rest // 1000
    assert n >= 1000 or name == digits
    return name if width == 256 else f"{name}.p/{width}"


def items(folder, size):
    found = []
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        with open(os.path.join(folder, bundle_path(n, width)), "rb") as file:
            data = file.read()
        at = 0
        for _ in range(width):
            (length,) = struct.unpack_from(">H", data, at)
            found.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        assert at == len(data), "a bundle has bytes too many"
    return found


def ssh_string(data):
    return struct.pack(">I", len(data)) + data


def armored(key_line, signature):
    blob = b"SSHSIG" + struct.pack(">I", 1) + ssh_string(base64.b64decode(key_line.split()[1]))
    blob += ssh_string(NAMESPACE.encode()) + ssh_string(b"") + ssh_string(b"sha512")
    blob += ssh_string(ssh_string(b"ssh-ed25519") + ssh_string(signature))
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def message(header, ledger):
    unsigned = {key: value for key, value in header.items() if key != "sig"}
    body = json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"onrecord/1 {ledger}\n{body}".encode()


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def verify(folder, principal, signature_file, text, namespace=NAMESPACE):
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-f", os.path.join(folder, "allowed"), "-I", principal, "-n", namespace]
        + ["-s", signature_file],
        input=text,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def main(ledger_folder):
    with open(os.path.join(ledger_folder, "log", "checkpoint"), encoding="utf-8") as file:
        size = int(file.read().split("\n")[1])
    entries = items(os.path.join(ledger_folder, "log", "tile", "entries"), size)
    payloads = items(os.path.join(ledger_folder, "payload"), size)
    headers = [json.loads(entry) for entry in entries]
    ledger = leaf(entries[0]).hex()
    keys, checked, covered = {}, 0, set()
    with tempfile.TemporaryDirectory() as folder:
        signature_file = os.path.join(folder, "message.sig")
        last = None
        for index, header in enumerate(headers):
            payload = payloads[index]
            if payload:
                assert hashlib.sha256(payload).hexdigest() == header["digest"], f"payload of {index}"
            body = json.loads(payload)["body"] if payload else {}
            if header["kind"] == "ledger-opened":
                keys[0] = body["owner"]["key"]
            elif header["kind"] == "agent-enrolled":
                keys[index] = body["key"]
            if "sig" in header:
                key = keys[header["agent"]]
                with open(os.path.join(folder, "allowed"), "w", encoding="utf-8") as file:
                    file.write(f'agent{header["agent"]} namespaces="{NAMESPACE}" {key}\n')
                with open(signature_file, "w", encoding="utf-8") as file:
                    file.write(armored(key, base64.b64decode(header["sig"])))
                text = message(header, "0" * 64 if index == 0 else ledger)
                if not verify(folder, f'agent{header["agent"]}', signature_file, text):
                    sys.exit(f"does not hold: the signature of entry {index}")
                last = (f'agent{header["agent"]}', text)
                checked += 1
            if header["kind"] == "batch-signed":
                start = index - body["count"]
                leaves = [leaf(entry) for entry in entries[start:index]]
                assert root(leaves).hex() == body["root"], f"root of the batch that {index} signs"
                covered.update(range(start, index))
            if header["kind"] == "agent-key-changed":
                keys[header["about"]] = body["key"]
        unsigned = [i for i, header in enumerate(headers) if "sig" not in header and i not in covered]
        assert not unsigned, f"nobody signed {unsigned}"

        principal, text = last
        assert verify(folder, principal, signature_file, text), "the positive control"
        assert not verify(folder, principal, signature_file, text + b" "), "a changed message was accepted"
        assert not verify(folder, principal, signature_file, text, "file"), "another namespace was accepted"
        assert not verify(folder, "somebody", signature_file, text), "another principal was accepted"
    print(f"holds: {checked} signatures by ssh-keygen, {len(covered)} entries covered by batches; 3 negative controls refused")


if __name__ == "__main__":
    main(sys.argv[1])
