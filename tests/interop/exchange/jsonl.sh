# JSON Lines and CSV by the readers of Python, as strict as they come.
install() { :; }

accept() {
  export_to "$1" "$OUT/$1.jsonl" --format jsonl --all
  export_to "$1" "$OUT/$1.csv" --format csv --all
  python3 "$HERE/exchange/jsonl.py" "$OUT/$1.jsonl" "$OUT/$1.csv"
}

refuse() {
  sed '1s/"number":/"number":1,"number":/' "$OUT/desk.jsonl" >"$OUT/twice.jsonl"
  must_fail "a key twice" python3 "$HERE/exchange/jsonl.py" "$OUT/twice.jsonl" "$OUT/desk.csv"
  sed '3s/,/;/' "$OUT/desk.csv" >"$OUT/ragged.csv"
  must_fail "a ragged row" python3 "$HERE/exchange/jsonl.py" "$OUT/desk.jsonl" "$OUT/ragged.csv"
}
