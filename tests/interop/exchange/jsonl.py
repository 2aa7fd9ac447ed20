"""JSON Lines and CSV of one claim set: both parse strictly, are canonical, and say the same."""

import csv, json, sys


def once(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key twice: {keys}")
    return dict(pairs)


def no_floats(text):
    raise ValueError(f"not an integer: {text}")


lines = open(sys.argv[1], "rb").read().split(b"\n")
assert lines.pop() == b"", "a line feed at the end"
claims = [json.loads(line, object_pairs_hook=once, parse_float=no_floats, parse_constant=no_floats) for line in lines]
for line, claim in zip(lines, claims):
    again = json.dumps(claim, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert again == line, f"not canonical: {line[:80]}"
assert [c["number"] for c in claims] == sorted(c["number"] for c in claims)
rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8", newline=""), strict=True, restkey="more"))
assert all("more" not in row and None not in row.values() for row in rows), "a ragged row"
assert len(rows) == len(claims), f"{len(rows)} rows, {len(claims)} lines"
for row, claim in zip(rows, claims):
    assert row["number"] == str(claim["number"]) and row["statement"] == claim["statement"], row["number"]
    assert row["finding"] == claim["finding"] and row["flags"].split() == claim["flags"], row["number"]
    rationale = (claim["verdict"] or {}).get("rationale") or ""
    assert row["rationale"] == rationale, row["number"]
print(f"{len(claims)} claims, the same in both")
