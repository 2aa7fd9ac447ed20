# ClaimReview by npm structured-data-testing-tool with Google's preset, page by page.
install() { node_with "structured-data-testing-tool@4.5.0"; }

tested() { sdtt --file "$1" --presets Google --schemas ClaimReview; }

accept() {
  export_to "$1" "$OUT/$1.json" --format claimreview
  export_to "$1" "$OUT/$1" --format claimreview --page
  local pages=0
  for page in "$OUT/$1"/claim-*.html; do
    [ -e "$page" ] || continue
    if ! tested "$page" >"$OUT/$1.log" 2>&1; then tail -40 "$OUT/$1.log" >&2; exit 1; fi
    if grep -q -i "warn.*[1-9]" "$OUT/$1.log"; then echo "warnings on $page" >&2; tail -30 "$OUT/$1.log" >&2; exit 1; fi
    pages=$((pages + 1))
  done
  python3 "$HERE/exchange/claimreview.py" "$OUT/$1.json" "$OUT/$1" "$pages"
}

refuse() {
  local page; page=$(ls "$OUT"/desk/claim-*.html | head -1)
  for property in claimReviewed url reviewRating; do
    sed "s/\"$property\":/\"x$property\":/g" "$page" >"$OUT/spoilt.html"
    must_fail "a page without $property" tested "$OUT/spoilt.html"
  done
}
