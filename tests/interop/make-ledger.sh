#!/usr/bin/env bash
# Makes a ledger of exactly SIZE entries in DIR/ledger with the real binary, from claim files that it generates: documents,
# claims, and for one claim in each batch of about fifty a page of evidence and a verdict, which is signed by itself. Keys,
# memory and settings go beside it, under DIR, so nothing of the user's is touched; the checkpoint after each batch in
# DIR/checkpoints/<size>. Prints the ledger's folder.
#
#   tests/interop/make-ledger.sh SIZE DIR       SIZE at least 10; the binary is $ONRECORD, else the release build
#
# To use the keys of a ledger made so: export XDG_CONFIG_HOME=DIR/config XDG_STATE_HOME=DIR/state XDG_CACHE_HOME=DIR/cache
set -euo pipefail
[ $# = 2 ] || { echo "usage: make-ledger.sh SIZE DIR" >&2; exit 2; }
size=$1 dir=$2
top=$(cd "$(dirname "$0")/../.." && pwd)
binary=${ONRECORD:-$top/target/release/onrecord}
[ -x "$binary" ] || (cd "$top" && cargo build --release --quiet) >&2
mkdir -p "$dir"
export XDG_CONFIG_HOME="$dir/config" XDG_STATE_HOME="$dir/state" XDG_CACHE_HOME="$dir/cache"
"$binary" init "$dir/ledger" --origin "example.org/scale-$size" --agent desk --quiet >/dev/null

python3 - "$size" "$dir" <<'PY'
"""One claim file a batch; each batch is: 1 document, claims, evidence, verdicts, and the batch's own signature."""
import os, sys

size, out = int(sys.argv[1]), os.path.join(sys.argv[2], "files")
os.makedirs(out)
BATCH = min(2_000, max(10, size // 7))  # a claim file holds at most 1 MiB
left = size - 1  # entry 0 opens the ledger
number = 0
while left > 0:
    take = left if left <= BATCH else min(BATCH, left - 3)  # never a rest too small to be a batch
    left -= take
    items = take - 2
    judged = items // 50
    claims = items - 2 * judged
    text = [f'[document]\nurl = "https://example.org/article/{number}"\ntitle = "Article {number}"\n'
            'publisher = "The Example"\ndated = "2025-03"\n']
    for k in range(claims):
        text.append(f'''
[[claim]]
key = "claim-{number}-{k}"
statement = "Bridge {k} of district {number} carried {k * 7919 % 90001} vehicles on 2 March 2025."
kind = "quantity"
checkable = true
quantities = [{{ text = "{k * 7919 % 90001} vehicles", comparator = "=", value = "{k * 7919 % 90001}", unit = "vehicles" }}]
[claim.appearance]
anchors = [{{ selector = "whole" }}]
attribution = [{{ name = "The Example", role = "outlet", factuality = "CT+" }}]
''')
    for k in range(judged):
        text.append(f'''
[[evidence]]
key = "count-{number}-{k}"
claim = "claim-{number}-{k}"
stance = "supports"
publisher = "Works department"
url = "https://example.org/counts/{number}/{k}"
dated = "2025-03-03"
obtained = "2025-03-04"
says = "The counter of bridge {k} in district {number} shows that number."
read = "full"
reliability = "B"
credibility = "2"
class = "official-statement"
cluster = "counts-{number}-{k}"

[[verdict]]
claim = "claim-{number}-{k}"
finding = "supported"
confidence = "low"
rationale = "The counter agrees."
method = "The counter's page was read."
on = ["count-{number}-{k}"]
judged_on = "2025-03-05"
''')
    with open(os.path.join(out, f"{number:03}.toml"), "w", encoding="utf-8") as file:
        file.write("".join(text))
    number += 1
PY

mkdir "$dir/checkpoints"
for file in "$dir"/files/*.toml; do
  "$binary" --ledger "$dir/ledger" add "$file" --no-similar --quiet >/dev/null
  cp "$dir/ledger/log/checkpoint" "$dir/checkpoints/$(sed -n 2p "$dir/ledger/log/checkpoint")"
done
rm -r "$dir/files"
made=$(sed -n 2p "$dir/ledger/log/checkpoint")
[ "$made" = "$size" ] || { echo "made a ledger of $made entries instead of $size" >&2; exit 1; }
echo "$dir/ledger"
