"""Authenticates every tile and every entry bundle of a log with PyPI aics-tlog, then a sample of entries and of growth.

    python audit_tiles.py LEDGER/log VKEY [OLD-CHECKPOINT]
"""

import sys

from aics_tlog import tiles, tree
from aics_tlog.checkpoint import verify_checkpoint
from aics_tlog.hashing import leaf_hash
from aics_tlog.note import parse_note, parse_vkey
from aics_tlog.verified import VerifiedTileReader, audit_tiles

SAMPLE = 100


def opened(path, vkey):
    with open(path, "rb") as file:
        result = verify_checkpoint(parse_note(file.read()), parse_vkey(vkey))
    assert result.ok, f"{path}: {result.error}"
    return result


def main(folder, vkey, old=None):
    head = opened(folder + "/checkpoint", vkey)
    reader = tiles.FileSystemTileReader(folder)
    report = audit_tiles(reader, head.size, head.root)
    verified = VerifiedTileReader(reader, head.size, head.root)
    proved = 0
    for index in {*range(0, head.size, max(1, head.size // SAMPLE)), head.size - 1}:
        proof = tiles.inclusion_proof_from_tiles(reader, index, head.size)
        leaf = leaf_hash(verified.entry(index))
        assert tree.verify_inclusion(leaf, index, head.size, proof, head.root), f"entry {index} is not included"
        proved += 1
    grown = ""
    if old:
        before = opened(old, vkey)
        proof = tiles.consistency_proof_from_tiles(reader, before.size, head.size)
        assert tree.verify_consistency(before.size, head.size, before.root, head.root, proof), "it did not grow from there"
        grown = f", grown from {before.size}"
    print(f"  {report.size} entries: {report.tiles} tiles and {report.bundles} bundles hold; {proved} entries included{grown}")


if __name__ == "__main__":
    main(*sys.argv[1:])
