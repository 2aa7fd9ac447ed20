"""Nanopublications by rdflib: well-formed, and named by their own hash (trusty URI, module RA, from its specification).

    nanopub_check.py FILE… [--split DIR]     every nanopublication of each file; writes each as a file of its own
    nanopub_check.py --suite DIR             the published suite: valid ones accepted, invalid ones refused
"""

import base64
import hashlib
import re
import sys
from pathlib import Path

import rdflib
from rdflib import Dataset, Literal, URIRef
from rdflib.namespace import RDF, XSD

rdflib.NORMALIZE_LITERALS = False
NP = "http://www.nanopub.org/nschema#"


class Bad(Exception):
    pass


def quads(text, form):
    data = Dataset()
    data.parse(data=text, format=form)
    found = set()
    for s, p, o, g in data.quads((None, None, None, None)):
        graph = "" if g is None or str(g).startswith("urn:x-rdflib:") else str(g)
        for term in (s, p, o):
            if isinstance(term, rdflib.BNode):
                raise Bad("a blank node")
        if isinstance(o, Literal) and o.ill_typed:
            raise Bad(f"ill-typed literal {o.n3()}")
        found.add((graph, s, p, o))
    return found


def well_formed(found):
    heads = [q for q in found if q[2] == RDF.type and q[3] == URIRef(NP + "Nanopublication")]
    if len(heads) != 1:
        raise Bad(f"{len(heads)} nanopublications")
    head, name = heads[0][0], str(heads[0][1])
    parts = []
    for has in ("hasAssertion", "hasProvenance", "hasPublicationInfo"):
        here = [q for q in found if q[0] == head and q[2] == URIRef(NP + has)]
        if len(here) != 1 or str(here[0][1]) != name:
            raise Bad(f"{has}: {len(here)} in the head")
        parts.append(str(here[0][3]))
    if len({head, name, *parts}) != 5:
        raise Bad("the graphs are not apart")
    for q in found:
        if q[0] not in (head, *parts):
            raise Bad(f"a statement in another graph: {q[0]!r}")
    for part in parts:
        if not any(q[0] == part for q in found):
            raise Bad(f"{part} is empty")
    assertion, provenance, info = parts
    if not any(q[0] == provenance and assertion in (str(q[1]), str(q[3])) for q in found):
        raise Bad("provenance says nothing of the assertion")
    if not any(q[0] == info and str(q[1]) == name for q in found):
        raise Bad("publication info says nothing of the nanopublication")
    return name


def code_of(found, code):
    def blank(iri):
        return str(iri).replace(code, " ")

    rows = []
    for g, s, p, o in found:
        if isinstance(o, Literal):
            tagged = o.language is not None
            kind = o.language.lower() if tagged else str(o.datatype or XSD.string)
            key = (True, str(o), tagged, kind)
            text = ("@" if tagged else "^") + kind + " " + str(o).replace("\\", "\\\\").replace("\n", "\\n")
        else:
            key = (False, blank(o), False, "")
            text = blank(o)
        rows.append(((blank(g), blank(s), blank(p), *key), (blank(g), blank(s), blank(p), text)))
    rows.sort(key=lambda row: row[0])
    form = "".join(f"{g}\n{s}\n{p}\n{o}\n" for _, (g, s, p, o) in rows)
    return "RA" + base64.urlsafe_b64encode(hashlib.sha256(form.encode()).digest()).decode().rstrip("=")


def trusty(found, name):
    at = re.search(r"(?<![A-Za-z0-9_-])RA[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", name)
    if not at:
        raise Bad(f"{name} is no trusty URI")
    if code_of(found, at.group()) != at.group():
        raise Bad(f"{name} is not the hash of its content")


def suite(folder):
    forms = {".trig": "trig", ".nq": "nquads", ".xml": "trix"}
    right, wrong = 0, []
    for path in sorted(Path(folder).glob("*/*/*")):
        valid, hashed = path.parent.parent.name == "valid", path.parent.name == "trusty"
        try:
            found = quads(path.read_text(encoding="utf-8"), forms[path.suffix])
            name = well_formed(found)
            if hashed:
                trusty(found, name)
            accepted = True
        except Exception as error:  # a parser's error is a refusal
            accepted, why = False, error
        if accepted == valid:
            right += 1
        else:
            wrong.append(f"{path.name}: {'accepted' if accepted else why}")
    print(f"  suite: {right} judged right")
    if wrong or right == 0:
        print("\n".join(wrong), file=sys.stderr)
        sys.exit(1)


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--suite":
        return suite(arguments[1])
    split = Path(arguments[arguments.index("--split") + 1]) if "--split" in arguments else None
    for path in (a for i, a in enumerate(arguments) if a != "--split" and arguments[i - 1] != "--split"):
        text = Path(path).read_text(encoding="utf-8")
        # Each begins with the prefix of its own parts; split on line feeds only, other line ends are content.
        blocks = [b for b in re.split(r"(?m)^(?=@prefix sub: )", text) if b.startswith("@prefix sub: ")]
        names = set()
        for number, block in enumerate(blocks):
            found = quads(block, "trig")
            name = well_formed(found)
            trusty(found, name)
            names.add(name)
            if split:
                (split / f"{number:05}.trig").write_text(block, encoding="utf-8", newline="")
        if len(names) != len(blocks):
            raise Bad("two of the same name")
        # The whole file is one that a reader takes as it is.
        whole = Dataset()
        whole.parse(data=text, format="trig")
        print(f"  {Path(path).name}: {len(blocks)} well-formed and named by their hash")


try:
    main()
except Bad as error:
    print(error, file=sys.stderr)
    sys.exit(1)
