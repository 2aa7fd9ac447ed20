"""A synthetic desk, made with the real program; see make-desk.sh."""

import hashlib, json, os, pathlib, random, subprocess, sys

DIR = pathlib.Path(sys.argv[1]).resolve()
SEED = sys.argv[2]
PROGRAM = os.environ["ONRECORD"]
LEDGER = DIR / "ledger"

# Text that breaks what reads it carelessly: markup, formulas, quotes, control of direction, very long words, line breaks.
HOSTILE = [
    "</script><script>alert(1)</script>",
    "=HYPERLINK(\"https://example.invalid\",\"x\")",
    "@SUM(1+1)|cmd",
    "\u202egnitirw \u2066neddih\u2069",
    "`backticks` **stars** _lines_ [link](javascript:alert(1))",
    "\"quoted\", 'single', a comma; and a \\ backslash",
    "x" * 300,
    "zero\u200bwidth\u200djoiner",
    "line\u2028separator\u2029paragraph\u0085next",
    "<!-- comment --> ]]> &amp; &lt; %3Cb%3E",
    "{{template}} ${shell} $(command) #{ruby}",
    "مرحبا بالعالم 123 שלום",
    "e\u0301 \U0001f1ee\U0001f1f6 \U0001f468\u200d\U0001f469\u200d\U0001f467",
]


def run(*args, agent="ana", may_fail=False):
    command = [PROGRAM, "--json", "--ledger", str(LEDGER), "--as", agent, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        if may_fail:
            return None
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else {}


def number(receipt, kind):
    return next(entry["number"] for entry in receipt["entries"] if entry["kind"] == kind)


def toml(value):
    """JSON's strings are TOML's, but for DEL and the surrogates, which no text here has."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


class Article:
    """An article and the claims in it, as one claim file."""

    def __init__(self, name, sentences, licensed, **fields):
        self.name, self.licensed = name, licensed
        self.sentences = sentences
        self.text = "\n".join(sentences)
        self.bytes = self.text.encode()
        self.sha = hashlib.sha256(self.bytes).hexdigest()
        self.fields, self.tables = fields, []

    def anchor(self, at, quote=True):
        start = sum(len(s) + 1 for s in self.sentences[:at])
        passage = self.sentences[at]
        anchor = {"start": start, "end": start + len(passage), "sha256": hashlib.sha256(passage.encode()).hexdigest()}
        if self.licensed and quote:
            anchor["quote"] = passage
        return anchor

    def claim(self, key, statement, at=None, **fields):
        speaker = fields.pop("attribution", [{"name": self.fields["publisher"], "role": "outlet", "factuality": "CT+"}])
        hedges = fields.pop("hedges", [])
        fields = {"kind": "event", "checkable": True, **fields}
        lines = ["[[claim]]", f"key = {toml(key)}", f"statement = {toml(statement)}"]
        lines += [f"{k} = {toml(v)}" for k, v in fields.items()]
        anchors = [] if at is None else [self.anchor(at)]
        lines += ["[claim.appearance]", f"anchors = {toml(anchors)}", f"attribution = {toml(speaker)}", f"hedges = {toml(hedges)}"]
        self.tables.append("\n".join(lines))

    def add(self):
        held = DIR / f"{self.name}.txt"
        held.write_bytes(self.bytes)
        document = {"sha256": self.sha, "media_type": "text/plain", "bytes": len(self.bytes), **self.fields}
        text = "[document]\n" + "\n".join(f"{k} = {toml(v)}" for k, v in document.items())
        file = DIR / f"{self.name}.toml"
        file.write_text(text + "\n\n" + "\n\n".join(self.tables) + "\n")
        added = run("add", "--no-similar", file)
        added = added[0] if isinstance(added, list) else added
        claims = added.get("claims") or added["added"][0]["claims"]
        return dict(claims)


def open_desk(origin):
    subprocess.run([PROGRAM, "--json", "init", str(LEDGER), "--origin", origin, "--agent", "ana", "--policy", "desk"],
                   check=True, capture_output=True)
    house = {"ben": ("reviewer", "person", "Desk One"), "cyn": ("checker,reviewer", "person", "Desk Two"),
             "dot": ("recorder", "program", None), "eva": ("publisher", "person", "Desk One")}
    for handle, (roles, kind, affiliation) in house.items():
        key = DIR / f"key-{handle}"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", handle, "-f", str(key)], check=True)
        named = ["--name", f"Person {handle}", "--affiliation", affiliation] if affiliation else []
        run("agent", "add", handle, "--key", f"{key}.pub", "--role", roles, "--kind", kind, *named)
        run("agent", "use", handle, "--key", key)
    run("agent", "use", "ana")


def evidence(claim, stance, key, cluster, publisher, **fields):
    args = ["evidence", claim, f"--{stance}", "--key", key, "--cluster", cluster, "--publisher", publisher,
            "--says", fields.pop("says", f"{publisher} says so."), "--read", fields.pop("read", "full"),
            "--reliability", fields.pop("reliability", "B"), "--credibility", fields.pop("credibility", "2"),
            "--class", fields.pop("evidence_class", "document"), "--obtained", "2026-01-05"]
    for name, value in fields.items():
        args += [f"--{name}", value]
    return number(run(*args), "evidence-linked")


def judge(claim, finding, on, confidence="low", rationale=None, **fields):
    args = ["verify", claim, "--finding", finding, "--confidence", confidence,
            "--rationale", rationale or f"The evidence makes it {finding}.", "--judged-on", "2026-01-06"]
    if on:
        args += ["--on", ",".join(map(str, on))]
    for name, value in fields.items():
        args += [f"--{name}", value]
    return number(run(*args), "verdict-issued")


def publish(claim, contact=None):
    if contact:
        run("contact", claim, "--who", contact, "--asked", "2026-01-05", "--outcome", "no-reply", "--until", "2026-01-06")
    run("review", claim, "--approve", "--note", "Read both.", agent="ben")
    run("publish", claim)


def the_desk():
    """One claim of each situation."""
    open_desk("desk.example.invalid/main")
    speaker = {"name": "Works department", "role": "official", "cue": "said", "mode": "indirect", "factuality": "CT+"}
    outlet = {"name": "The Example", "role": "outlet", "factuality": "Uu"}
    said = "The works department said the old bridge was closed for over three weeks from 2 March."
    paper = Article("bridge", [said, "About 40 people may have been hurt.", "Traders called it a disgrace.",
                               "The café\u2019s owner \U0001f600 was there.", "The tunnel reopened in May."], True,
                    title="Old bridge closed", author="A. Writer", publisher="The Example", dated="2025-03-28",
                    url="https://news.example.invalid/old-bridge?a=1&b=2", lang="en", licence="CC BY 4.0")
    hedge = {"cue": "over", "class": "approximator", "strength": "low", "level": 1,
             "start": said.index("over"), "end": said.index("over") + 4}
    paper.claim("closed", "The city closed the old bridge on 2 March 2025 for more than three weeks.", 0, kind="quantity",
                quantities=[{"text": "over three weeks", "comparator": ">", "value": "3", "unit": "weeks"}],
                times=[{"text": "2 March", "edtf": "2025-03-02", "basis": "inferred"}], places=["Old Bridge"],
                actors=["City of Example"], tags=["transport"], attribution=[outlet, speaker], hedges=[hedge])
    paper.claim("said-closed", "The works department said that the old bridge was closed.", 0, kind="statement-made",
                attribution=[{**outlet, "factuality": "CT+"}])
    paper.claim("hurt", "About 40 people were hurt on the old bridge in March 2025.", 1, kind="quantity",
                quantities=[{"text": "About 40", "comparator": "~", "value": "40", "unit": "people"}])
    paper.claim("disgrace", "The closing of the old bridge was a disgrace.", 2, kind="opinion", checkable=False, why_not="opinion")
    paper.claim("owner", "The owner of the café was on the bridge when it closed.", 3)
    paper.claim("tunnel", "The tunnel reopened in May 2025.", 4, times=[{"text": "May", "edtf": "2025-05", "basis": "inferred"}])
    paper.claim("draft", "Nobody has decided on this claim about the bridge.", None)
    claims = paper.add()
    closed = claims["closed"]
    a = evidence(closed, "supports", "gazette", "city", "City gazette", url="https://gazette.example.invalid/12",
                 dated="2025-03-27", title="Notices of March 2025")
    b = evidence(closed, "supports", "log", "harbour", "Harbour office", url="https://harbour.example.invalid/log")
    c = evidence(closed, "refutes", "rumour", "street", "The Rumour", reliability="E", credibility="5",
                 read="headline", evidence_class="news-report")
    judge(closed, "supported", [a, b], "high", "The gazette gives 24 days. The harbour log agrees.", considered=c)
    publish(closed)
    # Another document that makes the claim, without a licence to quote it.
    said_claim = claims["said-closed"]
    run("relate", said_claim, "content-of", closed)
    d = evidence(said_claim, "supports", "tape", "press", "Press office", url="https://press.example.invalid/tape")
    judge(said_claim, "supported", [d], "low")
    publish(said_claim)
    # Refuted, about a named party, corrected after a request, with another finding.
    hurt = claims["hurt"]
    e = evidence(hurt, "refutes", "hospital", "hospital", "City hospital", url="https://hospital.example.invalid/r")
    judge(hurt, "refuted", [e], "low", "The hospital counts four.")
    publish(hurt, "The Example")
    f = evidence(hurt, "supports", "wire", "wire", "Wire agency", url="https://wire.example.invalid/9")
    asked = number(run("request", hurt, "--from", "Works department", "--text", "Count again."), "request-received")
    run("correct", hurt, "--kind", "correction", "--text", "A second hospital was left out; the counts differ.", "--request", asked,
        "--finding", "conflicting", "--confidence", "low", "--rationale", "Two counts differ, and nothing prefers one.",
        "--on", f"{e},{f}", "--judged-on", "2026-01-07")
    # Published, then retracted.
    owner = claims["owner"]
    g = evidence(owner, "supports", "photo", "photo", "Photographer", url="https://photo.example.invalid/1", evidence_class="image-or-video")
    judge(owner, "supported", [g])
    publish(owner)
    run("retract", owner, "--reason", "The photo is of another day.")
    # Judged and not published; one thing about it withheld.
    tunnel = claims["tunnel"]
    h = evidence(tunnel, "supports", "notice", "city", "City gazette", url="https://gazette.example.invalid/30")
    judge(tunnel, "supported", [h])
    run("relate", tunnel, "rests-on", owner)
    run("withhold", h, "--ground", "the source asked for time")
    run("note", closed, "A note that stays with the desk: SECRETNOTE.")
    run("triage", claims["draft"], "--assign", "cyn", "--due", "2026-12-01", may_fail=True)
    # The rest of the findings, published; hostile words in every field.
    wild = Article("wild", ["Sentence one is here.", "Sentence two is here."], False, title=HOSTILE[0], author=HOSTILE[4],
                   publisher=HOSTILE[1], dated="2025-04", url="https://wild.example.invalid/?q=%3Cscript%3E", lang="ar")
    findings = ["partly-supported", "misleading-context", "not-enough-evidence", "conflicting", "refuted", "supported"]
    for k, text in enumerate(HOSTILE):
        text = text.replace("\u2028", " ").replace("\u2029", " ").replace("\u0085", " ")
        wild.claim(f"wild-{k}", f"{text} was said of the harbour, number {k}.", k % 2, tags=[text[:80]], actors=[text[:80]],
                   places=[text[:80]], lang="ar" if k == 11 else "en",
                   attribution=[{"name": text[:80], "role": "outlet", "cue": text[:40], "factuality": "PR+"}])
    claims = wild.add()
    for k, text in enumerate(HOSTILE):
        text = text.replace("\u2028", " ").replace("\u2029", " ").replace("\u0085", " ")
        claim, finding = claims[f"wild-{k}"], findings[k % len(findings)]
        x = evidence(claim, "supports", f"yes-{k}", "one", text[:80], says=text, title=text[:80], url="https://one.example.invalid/a?b=c&d=\"e\"" if k == 5 else f"https://one.example.invalid/{k}")
        y = evidence(claim, "refutes", f"no-{k}", "two", "Other", says=text)
        if finding == "not-enough-evidence":
            run("looked", claim, "--where", text[:80], "--for", text[:80], "--found", "0")
        z = evidence(claim, "qualifies", f"part-{k}", "three", "Third", says=text)
        on = {"supported": [x], "refuted": [y], "not-enough-evidence": [], "misleading-context": [x, z],
              "partly-supported": [x, y]}.get(finding, [x, y])
        judge(claim, finding, on, "low", f"{text} Decided {k}.", method=text)
        publish(claim, "Somebody")


def random_desk(seed):
    """A desk drawn at random; the program refuses what the rules refuse, and that is left out."""
    r = random.Random(seed)
    open_desk(f"desk-{seed}.example.invalid/random")
    for a in range(r.randint(1, 2)):
        n = r.randint(1, 5)
        sentences = [f"Sentence {k} of article {a} {r.choice(HOSTILE[:8] + HOSTILE[9:12])} ends." for k in range(n)]
        licensed = r.random() < 0.5
        licence = {"licence": "CC BY 4.0"} if licensed else {}
        article = Article(f"a{a}", sentences, licensed, **licence, title=f"Title {r.choice(HOSTILE[:6])}", publisher=f"Paper {a}",
                          dated=r.choice(["2025", "2025-03", "2025-03-28", "2025-03~"]), url=f"https://paper{a}.example.invalid/{seed}")
        for k in range(n):
            article.claim(f"c{a}-{k}", f"Claim {k} of article {a} {r.choice(HOSTILE[:8])} holds.", r.choice([k, None]),
                          kind=r.choice(["event", "property", "causal"]), lang=r.choice(["en", "de", "ar"]))
        for claim in article.add().values():
            links = []
            for e in range(r.randint(0, 4)):
                stance = r.choice(["supports", "refutes", "qualifies"])
                links.append((stance, evidence(claim, stance, f"e{claim}-{e}", f"cluster-{r.randint(0, 2)}", f"Source {r.choice(HOSTILE[:6])}"[:90])))
            run("looked", claim, "--where", "archives", "--for", "anything", "--found", len(links))
            # What the evidence can carry; whatever the rules refuse besides is left out.
            yes = [n for stance, n in links if stance == "supports"]
            no = [n for stance, n in links if stance == "refutes"]
            part = [n for stance, n in links if stance == "qualifies"]
            can = [("not-enough-evidence", [])]
            can += [("supported", yes)] * 3 if yes else []
            can += [("refuted", no)] * 3 if no else []
            can += [("partly-supported", yes + no), ("conflicting", yes + no)] if yes and no else []
            can += [("misleading-context", yes + part)] if yes and part else []
            finding, on = r.choice(can)
            args = ["verify", claim, "--finding", finding, "--confidence", r.choice(["low", "low", "moderate"]),
                    "--rationale", f"Because of {r.choice(HOSTILE[:6])}.", "--judged-on", "2026-01-06"]
            if on:
                args += ["--on", ",".join(map(str, on))]
            if run(*args, may_fail=True) is None:
                continue
            if r.random() < 0.8:
                run("contact", claim, "--who", "Somebody", "--asked", "2026-01-05", may_fail=True)
                run("review", claim, "--approve", "--note", "Read.", agent="ben", may_fail=True)
                if run("publish", claim, may_fail=True) is None:
                    continue
                if r.random() < 0.4:
                    run("correct", claim, "--kind", r.choice(["correction", "update", "clarification"]), "--text", r.choice(HOSTILE[:6]), may_fail=True)
                if r.random() < 0.2:
                    run("retract", claim, "--reason", "No longer.", may_fail=True)


if SEED:
    random_desk(int(SEED))
else:
    the_desk()
print(json.dumps(run("stats").get("size")))
