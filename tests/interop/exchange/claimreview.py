"""Reviews in an array and on pages: the same, one a page, and no number where findings have no order."""

import html.parser, json, pathlib, sys


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.inside, self.scripts, self.heading = None, [], ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        if tag == "script":
            assert dict(attrs).get("type") == "application/ld+json", attrs
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1] += data
        if self.inside == "h1":
            self.heading += data


reviews = json.load(open(sys.argv[1], encoding="utf-8"))
pages = sorted(pathlib.Path(sys.argv[2]).glob("claim-*.html"), key=lambda p: int(p.stem.split("-")[1]))
assert len(reviews) == len(pages) == int(sys.argv[3]), (len(reviews), len(pages))
numbered = {"Supported by the evidence": 5, "Partly supported": 3, "Refuted by the evidence": 1}
for review, path in zip(reviews, pages):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert len(page.scripts) == 1 and json.loads(page.scripts[0]) == review, path
    assert page.heading == review["claimReviewed"], path
    assert review["url"].endswith("/" + path.name), path
    rating = review["reviewRating"]
    assert rating.get("ratingValue") == numbered.get(rating["alternateName"]), rating
    assert review["creativeWorkStatus"] in ("Published", "Corrected", "Superseded"), review
print(f"{len(reviews)} reviews, the same on pages")
