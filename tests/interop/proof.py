#!/usr/bin/env python3
"""Checks a proof file or a bundle of onrecord with Python's standard library and `cryptography`, using nothing of onrecord.

    python3 proof.py FILE LOG-KEY [WITNESS-KEY…]       exit code 0: holds, 1: does not hold, 4: cannot be determined
    python3 proof.py --vectors FILE.jsonl LOG-KEY [WITNESS-KEY…]

From the checkpoint's signature down to the author's: docs/format.md, Proof files and Proof bundles. Witnesses whose keys are
given must have cosigned. Says nothing of whether a claim is true, nor of what came later.
"""

import base64
import hashlib
import json
import re
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DECIDES = set("""ledger-opened agent-enrolled agent-key-changed agent-roles-changed agent-revoked log-key-changed policy-set
verdict-issued review-recorded claim-published correction-issued claim-retracted payload-withheld payload-released
payload-erased batch-signed""".split())
WEAK = {bytes.fromhex(h) for h in (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}


class No(Exception):
    """It does not hold."""


class Unknown(Exception):
    """It cannot be determined."""


def need(right, why, kind=No):
    if not right:
        raise kind(why)


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha256(b"\0" + entry.encode())


def node(left, right):
    return sha256(b"\1" + left + right)


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 in another form")
    return data


def canonical(text):
    value = json.loads(text)
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(again == text and not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), "not canonical JSON")
    return value


def point(data):
    plain = data[:31] + bytes([data[31] & 0x7F]) if len(data) == 32 else b""
    need(plain and plain not in WEAK and int.from_bytes(plain, "little") < 2**255 - 19, "a weak or malformed key")
    return data


def verify(key, signature, message):
    try:
        point(signature[:32])
        Ed25519PublicKey.from_public_bytes(point(key)).verify(signature, message)
        return True
    except (InvalidSignature, ValueError, No):
        return False


def verifier_key(text):
    name, key_id, data = text.split("+", 2)
    data = unbase64(data)
    need(data[0] in (1, 4) and len(data) == 33, "not a key of a log or a witness")
    need(sha256(name.encode() + b"\n" + data)[:4].hex() == key_id, "the key's id does not fit")
    return name, key_id, data[0], point(data[1:])


def checkpoint(note, keys):
    """Size and root of a checkpoint that all the keys have signed."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    need(signatures.endswith("\n") and not re.search("[\x00-\x09\x0b-\x1f]", note), "not a signed note")
    signed = set()
    for line in signatures[:-1].split("\n"):
        dash, name, data = line.split(" ")
        data = unbase64(data)
        need(dash == "\u2014" and len(data) > 4, "not a signature line")
        for key in keys:
            if (name, data[:4].hex()) != key[:2]:
                continue
            if key[2] == 1:
                message, signature = text.encode(), data[4:]
            else:
                (time,) = struct.unpack(">Q", data[4:12])
                need(0 < time < 2**63, "a witness states no such time")
                message, signature = f"cosignature/v1\ntime {time}\n{text}".encode(), data[12:]
            need(verify(key[3], signature, message), f"the signature by {name} on the checkpoint")
            signed.add(key)
    need(any(key[2] == 1 for key in signed), "the log's key has not signed the checkpoint", Unknown)
    need(all(key in signed for key in keys if key[2] == 4), "a witness has not cosigned")
    lines = text.split("\n")
    need(len(lines) >= 4 and "" not in lines[:-1] and re.fullmatch("0|[1-9][0-9]*", lines[1]), "not a checkpoint")
    need(any(key[0] == lines[0] and key[2] == 1 for key in signed), "the checkpoint of another log", Unknown)
    root = unbase64(lines[2])
    need(len(root) == 32 and int(lines[1]) < 2**63, "not a checkpoint")
    return int(lines[1]), root


def included(path, index, size, hash_, root):
    """RFC 9162, section 2.1.3.2."""
    need(index < size, "no such entry")
    fn, sn = index, size - 1
    for sibling in path:
        need(sn > 0, "a path too long")
        if fn & 1 or fn == sn:
            hash_ = node(sibling, hash_)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash_ = node(hash_, sibling)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and hash_ == root, "the path does not lead to the root")


class Cover:
    """Leaves and the hashes between them, to a root."""

    def __init__(self, size):
        self.size, self.next, self.stack = size, 0, []

    def widths(self, to):
        at, found = self.next, []
        while at < to:
            width = at & -at if at else 1 << 64
            if at + width > to:
                width = to - at if to == self.size else 1 << ((to - at).bit_length() - 1)
            found.append(width)
            at += width
        return found

    def push(self, width, hash_):
        while self.stack and self.stack[-1][0] == width:
            hash_, width = node(self.stack.pop()[1], hash_), width * 2
        self.stack.append((width, hash_))

    def fill(self, to, hashes):
        widths = self.widths(to)
        need(len(widths) == len(hashes), "too few or too many hashes")
        for width, hash_ in zip(widths, hashes):
            self.push(width, hash_)

    def leaf(self, index, before, hash_):
        need(self.next <= index < self.size, "entries out of order, or beyond the tree")
        self.fill(index, before)
        self.push(1, hash_)
        self.next = index + 1

    def root(self, after):
        self.fill(self.size, after)
        found = self.stack.pop()[1]
        while self.stack:
            found = node(self.stack.pop()[1], found)
        return found


def header(entry):
    need(len(entry.encode()) <= 4096, "an entry too long")
    value = canonical(entry)
    need(set(value) <= set("about agent digest kind prev re sig time v".split()) and value["v"] == 0, "not an entry")
    return value


def body(head, payload):
    if payload is None:
        return None
    need(sha256(payload.encode()).hex() == head["digest"], "the payload is not the one of the entry")
    value = canonical(payload)
    need(set(value) == {"body", "salt"} and isinstance(value["body"], dict), "not a payload")
    if head["kind"] == "agent-revoked":
        need(isinstance(value["body"].get("from", 0), int), "not a payload")
    return value["body"]


def ssh_key(line):
    blob = unbase64(line.split()[1])
    need(line.startswith("ssh-ed25519 ") and blob[:19] == b"\0\0\0\x0bssh-ed25519\0\0\0\x20" and len(blob) == 51, "a key of another kind")
    return point(blob[19:])


def signed(entry, head, key, ledger):
    string = lambda data: struct.pack(">I", len(data)) + data
    unsigned = re.sub(',"sig":"[^"]*"', "", entry)
    message = hashlib.sha512(f"onrecord/1 {ledger}\n{unsigned}".encode()).digest()
    blob = b"SSHSIG" + string(b"onrecord-entry") + string(b"") + string(b"sha512") + string(message)
    return verify(key, unbase64(head["sig"]), blob)


def proof_file(text, keys):
    need(len(text.encode()) <= 256 * 1024, "too long")
    lines = text.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a proof file")
    need(lines[0].startswith("extra "), "the file does not carry the entry", Unknown)
    extra_text = unbase64(lines.pop(0)[6:]).decode()
    need(re.fullmatch("index (0|[1-9][0-9]*)", lines[0]), "no index")
    index, end = int(lines.pop(0)[6:]), lines.index("")
    path = [unbase64(line) for line in lines[:end]]
    need(all(len(hash_) == 32 for hash_ in path) and len(path) <= 63, "not hashes")
    size, root = checkpoint("\n".join(lines[end + 1 :]), keys)
    try:
        extra = canonical(extra_text)
        need(set(extra) <= {"author", "batch", "entry", "opening", "payload"}, "other keys")
        need("[]" not in extra_text, "an empty list")
    except (No, ValueError) as error:
        raise Unknown(f"what the file carries is not onrecord's: {error}") from error
    included(path, index, size, leaf(extra["entry"]), root)
    head = header(extra["entry"])

    def item(value):
        need(set(value) <= {"entry", "index", "path", "payload"}, "not an item")
        included([bytes.fromhex(h) for h in value.get("path", [])], value["index"], size, leaf(value["entry"]), root)
        its = header(value["entry"])
        return its, body(its, value.get("payload"))

    opening, opened = item(extra["opening"])
    need(extra["opening"]["index"] == 0 and opening["kind"] == "ledger-opened", "not the opening")
    ledger, others, agent = leaf(extra["opening"]["entry"]).hex(), extra.get("author", []), head["agent"]
    if agent == 0:
        key = opened["owner"]["key"]
    else:
        need(others, "the author's enrolment is not in the file", Unknown)
        enrolment, enrolled = item(others[0])
        need(others[0]["index"] == agent < index and enrolment["kind"] == "agent-enrolled", "not the author's enrolment")
        need(enrolled is not None, "the enrolment is withheld", Unknown)
        key, others = enrolled["key"], others[1:]
    last = 0
    for change in others:
        its, changed = item(change)
        right = its["kind"] == "agent-key-changed" and its["about"] == agent and last < change["index"] < index
        need(right, "not a change of the author's key")
        need(changed is not None, "a key change is withheld", Unknown)
        key, last = changed["key"], change["index"]
    key = ssh_key(key)
    if "sig" in head:
        need("batch" not in extra, "a batch beside a signature")
        need(signed(extra["entry"], head, key, "0" * 64 if index == 0 else ledger), "the entry's signature")
    else:
        need(head["kind"] not in DECIDES, "a decision without a signature")
        need("batch" in extra, "the batch is not in the file", Unknown)
        batch, covers = item(extra["batch"]["item"])
        need(batch["kind"] == "batch-signed", "not a batch")
        need(covers is not None, "the batch is withheld", Unknown)
        place = index - (extra["batch"]["item"]["index"] - covers["count"])
        need(0 <= place < covers["count"] and batch["agent"] == agent, "another batch, or another agent's")
        hashes = [bytes.fromhex(h) for h in extra["batch"].get("path", [])]
        included(hashes, place, covers["count"], leaf(extra["entry"]), bytes.fromhex(covers["root"]))
        need(signed(extra["batch"]["item"]["entry"], batch, key, ledger), "the batch's signature")
    said = body(head, extra.get("payload"))
    need(said is not None, "the payload is withheld", Unknown)
    return f"entry {index} ({head['kind']}) is in the log of {size} entries, and by agent {agent}"


class Bundle:
    """The entries of a bundle, in order: who signed what, how claims stand."""

    def __init__(self):
        self.ledger, self.agents, self.known, self.handles, self.open, self.covered = None, {}, set(), set(), [], 0
        self.claims, self.doubts = {}, []

    def doubt(self, why):
        self.doubts.append(why)

    def learn(self, number, handle, key):
        if handle is not None:
            need(handle not in self.handles, "a handle twice")
            self.handles.add(handle)
        key = ssh_key(key)
        need(key not in self.known, "a key twice")
        self.known.add(key)
        self.agents[number] = {"key": key, "revoked": None, **({} if handle else {"revoked": self.agents[number]["revoked"]})}

    def author(self, index, agent):
        agent = self.agents.get(agent) if self.ledger else None
        if agent is None or agent["key"] is None:
            self.doubt(f"the author of {index} is not known")
            return None
        need(agent["revoked"] is None or agent["revoked"] > index, f"{index} is by somebody who had been revoked")
        return agent["key"]

    def take(self, line):
        entry, index = line["entry"], line["index"]
        head = header(entry)
        said, kind, agent = body(head, line.get("payload")), head["kind"], head["agent"]
        need((index == 0) == (kind == "ledger-opened"), "the opening at another place")
        need("batch" not in line or kind == "batch-signed", "a cover on an entry that signs none")
        if index == 0 and said is not None:
            self.ledger = leaf(entry).hex()
            self.learn(0, said["owner"]["handle"], said["owner"]["key"])
        if "sig" in head or kind in DECIDES:
            need("sig" in head, f"{index} decides without a signature")
            key = self.author(index, agent)
            need(key is None or signed(entry, head, key, "0" * 64 if index == 0 else self.ledger), f"the signature of {index}")
        if kind == "batch-signed":
            self.batch(index, agent, said, line.get("batch", []))
        self.open.append((index, leaf(entry), agent, "sig" in head))
        self.stands(index, head, said)
        if kind == "agent-enrolled":
            if said is None:
                self.agents[index] = {"key": None, "revoked": None}
            else:
                self.learn(index, said["handle"], said["key"])
        elif kind == "agent-key-changed" and self.agents.get(head["about"], {}).get("key"):
            if said is None:
                self.agents[head["about"]]["key"] = None
            else:
                self.learn(head["about"], None, said["key"])
        elif kind == "agent-revoked" and head["about"] in self.agents:
            self.agents[head["about"]]["revoked"] = (said or {}).get("from", index)

    def batch(self, index, agent, said, cover):
        if said is None:
            self.doubt(f"the batch {index} is withheld")
            self.open = []
            return
        start = index - said["count"]
        need(start >= self.covered, "batches overlap")
        self.release(start)
        tree, cover = Cover(said["count"]), [bytes.fromhex(h) for h in cover]
        for number, hash_, by, alone in self.open:
            need(alone or by == agent, f"{number} is in another agent's batch")
            count = len(tree.widths(number - start))
            tree.leaf(number - start, cover[:count], hash_)
            cover = cover[count:]
        need(tree.root(cover).hex() == said["root"], f"{index} signs another root")
        self.open, self.covered = [], index

    def release(self, start):
        for number, _, _, alone in self.open:
            if number < start and not alone:
                self.doubt(f"no batch in the file covers {number}")
        self.open = [one for one in self.open if one[0] >= start]

    def stands(self, index, head, said):
        kind, about, prev = head["kind"], head.get("about"), head.get("prev")
        if kind == "claim-recorded":
            self.claims[index] = {"last": index, "verdict": None, "reviews": {}, "state": "recorded", "doubt": False}
            return
        claim = self.claims.get(about)
        if claim is None:
            return
        need(prev is not None and about <= prev < index, f"`prev` of {index}")
        if prev > claim["last"]:
            claim["doubt"] = True
            self.doubt(f"{prev} is left out")
        need(prev >= claim["last"] or kind not in DECIDES, f"{index} decides on an old view")
        claim["last"] = index
        verdict = said if kind == "verdict-issued" else (said or {}).get("verdict") if kind == "correction-issued" else None
        if verdict is not None:
            claim.update(verdict=(index, verdict["finding"], verdict["confidence"]), reviews={}, doubt=claim["doubt"])
        elif said is None and kind in ("verdict-issued", "correction-issued", "review-recorded", "claim-moved"):
            claim["doubt"] = True
        elif kind == "review-recorded" and claim["verdict"] and head["re"] == claim["verdict"][0]:
            claim["reviews"][head["agent"]] = said["decision"]
        elif kind == "claim-moved":
            claim["state"] = said["to"]
        claim["state"] = {"claim-published": "published", "claim-retracted": "retracted"}.get(kind, claim["state"])

    def follows(self, stated):
        claim = self.claims.get(stated["claim"])
        if claim is None or claim["doubt"]:
            self.doubt(f"the finding of {stated['claim']}")
            return
        finding = claim["verdict"][1:] if claim["verdict"] else (None, None)
        need(finding == (stated.get("finding"), stated.get("confidence")), f"the finding of {stated['claim']}")
        need(stated["second_read"] == ("approve" in claim["reviews"].values()), "whether it is second-read")
        need(stated["state"] == claim["state"], "the state")


def bundle(text, keys):
    need(text.endswith("\n"), "cut off")
    stated, found, stage, entries, size, root, cover = [], Bundle(), "start", 0, 0, b"", None
    shapes = {"head": {"as_of", "checkpoint", "format", "history", "query"}, "end": {"after", "claims", "entries"},
              "claim": {"claim", "confidence", "finding", "second_read", "state"},
              "entry": {"batch", "before", "entry", "index", "payload"}}
    for line in text[:-1].split("\n"):
        need(len(line.encode()) < 1 << 20, "a line too long")
        ((kind, value),) = canonical(line).items()
        need(set(value) <= shapes[kind] and None not in value.values() and [] not in value.values(), "not a line of a bundle")
        hashes = value.get("before", []) + value.get("after", []) + value.get("batch", [])
        need(all(re.fullmatch("[0-9a-f]{64}", h) for h in hashes), "not hashes")
        if kind == "head":
            need(stage == "start" and value["format"] == "onrecord-bundle/0", "another format")
            size, root = checkpoint(value["checkpoint"], keys)
            cover, stage = Cover(size), "claims"
        elif kind == "claim":
            words = "supported partly-supported refuted conflicting misleading-context not-enough-evidence not-checkable".split()
            need(stage == "claims" and (not stated or stated[-1]["claim"] < value["claim"]), "claims out of order")
            need(value.get("finding", words[0]) in words and ("finding" in value) == ("confidence" in value), "not a finding")
            stated.append(value)
        elif kind == "entry":
            need(stage == "entries" or (stage == "claims" and value["index"] == 0), "entries out of order")
            stage, entries = "entries", entries + 1
            need(isinstance(value["index"], int), "no index")
            cover.leaf(value["index"], [bytes.fromhex(h) for h in value.get("before", [])], leaf(value["entry"]))
            found.take(value)
        else:
            need(stage == "entries" and (value["claims"], value["entries"]) == (len(stated), entries), "another number of lines")
            need(cover.root([bytes.fromhex(h) for h in value.get("after", [])]) == root, "another root")
            stage = "end"
    need(stage == "end", "cut off")
    found.release(size)
    for claim in stated:
        found.follows(claim)
    need(not found.doubts, "; ".join(found.doubts[:3]), Unknown)
    return f"{entries} entries are in the log of {size}, each by its author, and {len(stated)} findings follow"


def check(data, keys):
    """What holds; raises No or Unknown."""
    try:
        text = data.decode()
        return bundle(text, keys) if text.startswith("{") else proof_file(text, keys)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error) as error:
        raise No(f"malformed: {error!r}") from error


def vectors(path, keys):
    """Every vector with a reason must be refused, every other must hold."""
    lines = [json.loads(line) for line in open(path, encoding="utf-8")]
    texts = {line["name"]: line.get("text", "").encode() for line in lines}
    refused = held = 0
    for line in lines:
        data = texts[line["name"]] if "text" in line else bytes.fromhex(line.get("hex", ""))
        if "splice" in line:
            splice, base = line["splice"], texts[line["splice"]["of"]]
            put = splice["put"].encode() * splice.get("times", 1)
            data = base[: splice["at"]] + put + base[splice["at"] + splice["cut"] :]
        try:
            check(data, keys)
            need("refused" not in line, f"accepted: {line['name']}")
            held += 1
        except (No, Unknown) as error:
            if "refused" not in line or str(error).startswith("accepted"):
                sys.exit(f"{path}: {line['name']}: {error}")
            refused += 1
    print(f"{path}: {refused} refused, {held} held")


def main(args):
    if args[0] == "--vectors":
        return vectors(args[1], [verifier_key(key) for key in args[2:]])
    with open(args[0], "rb") as file:
        data = file.read()
    try:
        print("holds:", check(data, [verifier_key(key) for key in args[1:]]))
    except No as why:
        print("does not hold:", why)
        sys.exit(1)
    except Unknown as why:
        print("cannot be determined:", why)
        sys.exit(4)


if __name__ == "__main__":
    main(sys.argv[1:])
