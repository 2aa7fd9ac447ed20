# The reports for people: HTML by npm html-validate (preset standard), Markdown by npm commonmark, which must read out of
# them what JSON Lines says of the same claims.
install() { node_with "html-validate@10.17.0" "commonmark@0.31.2"; }

validate() { html-validate --preset standard "$1"; }
read_back() { NODE_PATH="$NODE_FOLDER/node_modules" node "$HERE/exchange/report.js" "$@"; }

accept() {
  export_to "$1" "$OUT/$1.html" --format html --all
  export_to "$1" "$OUT/$1.md" --format markdown --all
  export_to "$1" "$OUT/$1.jsonl" --format jsonl --all
  validate "$OUT/$1.html"
  read_back "$OUT/$1.md" "$OUT/$1.jsonl" "$OUT/$1.html"
}

refuse() {
  sed 's|<h1>|<h1><div>|' "$OUT/desk.html" >"$OUT/spoilt.html"
  must_fail "a block in a heading" validate "$OUT/spoilt.html"
  sed 's|</main>||' "$OUT/desk.html" >"$OUT/spoilt.html"
  must_fail "an element never closed" validate "$OUT/spoilt.html"
  sed '0,/<h3 id="c/s|<h3 id="c\([0-9]*\)"|<h3 id="c\1"><script>alert(1)</script></h3><h3 id="d\1"|' "$OUT/desk.html" >"$OUT/spoilt.html"
  must_fail "a script element" read_back "$OUT/desk.md" "$OUT/desk.jsonl" "$OUT/spoilt.html"
  sed '0,/^### \\#/s|^### .*|### \\#1 <b>other words</b>|' "$OUT/desk.md" >"$OUT/spoilt.md"
  must_fail "another statement in the Markdown" read_back "$OUT/spoilt.md" "$OUT/desk.jsonl" "$OUT/desk.html"
  sed '0,/^- \*\*Finding/s|^- \*\*Finding.*|<script>alert(1)</script>|' "$OUT/desk.md" >"$OUT/spoilt.md"
  must_fail "raw HTML in the Markdown" read_back "$OUT/spoilt.md" "$OUT/desk.jsonl" "$OUT/desk.html"
}
