"""PATH.parquet against PATH.csv, PATH.jsonl and PATH.stats.json of the same claims."""

import csv
import json
import sys
from datetime import datetime, timezone

import duckdb
import pyarrow.parquet as pq

path = sys.argv[1]
table = pq.read_table(path + ".parquet")
rows = table.to_pylist()
csv.field_size_limit(1 << 30)
cells = list(csv.DictReader(open(path + ".csv", encoding="utf-8", newline=""), strict=True))
# Split on line feeds only: other line ends are content.
claims = [json.loads(line) for line in open(path + ".jsonl", encoding="utf-8", newline="\n")]
stats = json.load(open(path + ".stats.json", encoding="utf-8"))
wrong = []


def same(what, a, b):
    if a != b:
        wrong.append(f"{what}: {a!r} is not {b!r}")


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    return str(value)


same("rows", len(rows), len(cells))
same("rows", len(rows), len(claims))
columns = ["number", "leaf", "key", "state", "published", "second_read", "finding", "confidence", "statement", "kind",
           "checkable", "why_not", "lang", "verdict", "judged_on", "rationale", "method", "recorded", "agent"]
for row, cell, claim in zip(rows, cells, claims):
    for column in columns:
        same(f"#{row['number']} {column}", text(row[column]), cell[column])
    for column in ("tags", "places", "actors", "flags", "withheld"):
        same(f"#{row['number']} {column}", row[column], claim[column])
    for column in ("quantities", "times", "evidence", "relations", "corrections", "appearances"):
        same(f"#{row['number']} {column}", len(row[column]), len(claim[column]))
    for mine, theirs in zip(row["evidence"], claim["evidence"]):
        for name, value in mine.items():
            same(f"#{row['number']} evidence {name}", value, theirs.get(name))
    for mine, theirs in zip(row["appearances"], claim["appearances"]):
        same(f"#{row['number']} hedges", [h["cue"] for h in mine["hedges"]], [h["cue"] for h in theirs["hedges"]])
        same(f"#{row['number']} document", mine["document"]["title"], theirs["document"]["title"])
        same(f"#{row['number']} speakers", [s["name"] for s in mine["attribution"]],
             [s.get("name") for s in theirs["attribution"]])

counted = dict(duckdb.sql(f"select finding, count(*) from '{path}.parquet' group by finding").fetchall())
told = {name: count for name, count in stats["findings"].items() if count}
withheld = sum(1 for c in claims if c["finding"] == "withheld")
same("counts by finding", {k: v for k, v in counted.items() if k != "withheld"}, {k: v for k, v in told.items() if k != "withheld"})
nested = duckdb.sql(
    f"select count(*) from (select unnest(appearances, recursive := false) as a from '{path}.parquet') where len(a.hedges) > 0"
).fetchone()[0]
same("appearances with hedges", nested, sum(1 for c in claims for a in c["appearances"] if a["hedges"]))
head = json.loads(pq.ParquetFile(path + ".parquet").metadata.metadata[b"onrecord"])
same("size", head["size"], stats["size"])
same("root", head["root"], stats["root"])
groups = pq.ParquetFile(path + ".parquet").metadata
same("statistics", groups.row_group(0).column(0).statistics.min if rows else 0, rows[0]["number"] if rows else 0)
if wrong:
    print("\n".join(wrong[:10]), file=sys.stderr)
    sys.exit(1)
print(f"  {len(rows)} rows agree with CSV, JSON Lines and stats; {withheld} withheld")
