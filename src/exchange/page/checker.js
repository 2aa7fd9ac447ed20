"use strict";
// Checks proof files and bundles of onrecord: no network, no library, no page. `onrecordChecker.check(bytes, keys)` gives an
// object, which page.js shows and tests/page.mjs compares with the vectors. It is the mirror image of src/entry/proof.rs
// and src/entry/bundle/.
(function (root) {
  const p = root.onrecordParts;
  const { HOLDS, no, unknown, beside, BadForm, WITHHELD, NO_ED25519, shaped, isIndex, isText, hashes } = p;
  const NOT_INCLUDED = unknown("not-included", "whether it is included could not be determined");
  const ZEROS = "0".repeat(64);
  const holds = (said) => said.outcome === "holds";
  const refuted = (said) => said.outcome === "does-not-hold";

  // ---- proof files: one entry ----

  const isItem = (v) => shaped(v, { entry: isText, index: isIndex, "path?": hashes, "payload?": isText });
  const isBatch = (v) => shaped(v, { item: isItem, "path?": hashes });
  const EXTRA = { "author?": (v) => Array.isArray(v) && v.length > 0 && v.every(isItem), "batch?": isBatch, entry: isText,
    opening: isItem, "payload?": isText };

  function parseProofFile(bytes) {
    if (bytes.length > p.MAX_PROOF_FILE) throw new BadForm("form-too-long", "a proof file has at most 256 KiB");
    const text = p.fromUtf8(bytes, "form-utf8");
    let at = 0;
    const next = (code) => {
      const end = text.indexOf("\n", at);
      if (end < 0) throw new BadForm(code, "the proof file ends too early");
      const line = text.slice(at, end);
      at = end + 1;
      return line;
    };
    if (next("form-head") !== p.HEAD) throw new BadForm("form-head", `a proof file begins with the line ${p.HEAD}`);
    let line = next("form-index"), extra = new Uint8Array(0);
    if (line.startsWith("extra ")) {
      extra = p.unbase64(line.slice(6));
      if (extra === null || extra.length === 0) throw new BadForm("form-extra", "the extra data is not base64, or empty");
      line = next("form-index");
    }
    const index = line.startsWith("index ") ? p.decimal(line.slice(6)) : null;
    if (index === null) throw new BadForm("form-index", "the index is missing or no decimal number");
    const path = [];
    for (line = next("form-short"); line !== ""; line = next("form-short")) {
      if (path.length === p.MAX_PATH) throw new BadForm("form-hashes", "a proof file has at most 63 hashes");
      const hash = p.unbase64(line);
      if (hash === null || hash.length !== 32) throw new BadForm("form-hash", `hash ${path.length + 1} is not 32 bytes in base64`);
      path.push(Array.from(hash, (b) => b.toString(16).padStart(2, "0")).join(""));
    }
    return { extra, index, path, note: p.parseNote(text.slice(at), "form-checkpoint") };
  }

  /** An item's header and body, proven to be at its index; throws an outcome. */
  async function proven(item, tree) {
    const leaf = await p.leafHash(p.utf8(item.entry));
    const wrong = await p.inclusion(item.path ?? [], item.index, tree.size, leaf, tree.root);
    if (wrong !== null) throw beside(item.index, no(wrong, "the hashes lead to another root"));
    const read = p.header(item.entry);
    if (read.header === undefined) throw beside(item.index, read.said);
    const { said, body } = await p.payload(read.header, item.payload);
    if (refuted(said)) throw beside(item.index, said);
    return { header: read.header, body, leaf };
  }

  /** The author's handle and the ledger's id; throws an outcome. */
  async function author(extra, h, leaf, index, tree) {
    const opening = await proven(extra.opening, tree), ledger = opening.leaf;
    if (extra.opening.index !== 0 || opening.header.kind !== "ledger-opened") throw no("opening", "what should open the ledger is not entry 0, or not an opening");
    const others = extra.author ?? [];
    let who, changes = others;
    if (h.agent === 0) {
      if (opening.body === null) throw beside(0, WITHHELD);
      who = opening.body.owner;
    } else {
      if (others.length === 0) throw unknown("no-enrolment", "the author's enrolment is not in the file");
      const found = await proven(others[0], tree);
      const right = others[0].index === h.agent && others[0].index < index && found.header.kind === "agent-enrolled";
      if (!right) throw no("other-enrolment", "what should enrol the author does not");
      if (found.body === null) throw beside(others[0].index, WITHHELD);
      [who, changes] = [found.body, others.slice(1)];
    }
    let key = who.key, last = 0;
    for (const item of changes) {
      const found = await proven(item, tree);
      const fits = found.header.kind === "agent-key-changed" && found.header.about === h.agent && item.index > last && item.index < index;
      if (!fits) throw no("not-key-change", `#${item.index} is no change of the author's key`);
      if (found.body === null) throw beside(item.index, WITHHELD);
      [key, last] = [found.body.key, item.index];
    }
    const raw = p.sshKey(key);
    if (raw === null) throw no("bad-key", "the enrolled key is none");
    if (!(await p.hasEd25519())) throw NO_ED25519;
    if (h.sig !== undefined) {
      if (extra.batch !== undefined) throw no("batch-range", "a batch beside an entry that signs for itself");
      if (!(await p.signed(h, raw, index === 0 ? ZEROS : ledger))) throw no("signature", "the entry's signature does not hold");
      return { handle: who.handle, ledger };
    }
    if (p.decides(h)) throw no("unsigned", `${h.kind} decides something and must be signed by itself`);
    if (extra.batch === undefined) throw unknown("no-batch", "the signature of the entry's batch is not in the file");
    const batch = await proven(extra.batch.item, tree);
    const start = batch.header.kind === "batch-signed" && batch.body !== null ? extra.batch.item.index - batch.body.count : null;
    if (batch.header.kind === "batch-signed" && batch.body === null) throw beside(extra.batch.item.index, WITHHELD);
    if (start === null || start < 0 || index < start || index - start >= batch.body.count) throw no("batch-range", "the batch does not cover the entry");
    if (batch.header.agent !== h.agent) throw no("batch-agent", "the batch is another agent's");
    const wrong = await p.inclusion(extra.batch.path ?? [], index - start, batch.body.count, leaf, batch.body.root);
    if (wrong !== null) throw no("batch-root", "the entry is not in the batch that was signed");
    if (!(await p.signed(batch.header, raw, ledger))) throw no("batch-signature", "the batch's signature does not hold");
    return { handle: who.handle, ledger };
  }

  /** The log's key as the opening in the file names it: nothing confirms it. */
  function namedKey(payload) {
    try { return String(JSON.parse(payload).body.log_key); } catch { return null; }
  }

  async function checkProofFile(bytes, keys) {
    const file = parseProofFile(bytes);
    const found = { of: "entry", index: file.index, included: unknown("no-trust", "no key was given"), tree: NOT_INCLUDED,
      by_author: NOT_INCLUDED, payload: NOT_INCLUDED, place: HOLDS, note: file.note, checkpoint: null, cosigned: [] };
    let extra = null;
    try {
      if (file.extra.length > p.MAX_EXTRA) throw new BadForm("foreign-extra", "it is too long");
      extra = p.canonical(p.fromUtf8(file.extra, "foreign-extra"), "foreign-extra");
      if (!shaped(extra, EXTRA)) throw new BadForm("foreign-extra", "not its keys");
    } catch (e) {
      const why = file.extra.length === 0 ? ["no-entry", "the file does not carry the entry"] :
        ["foreign-extra", `what the file carries beside the proof is not onrecord's: ${e.message}`];
      return { ...found, included: unknown(...why) };
    }
    const leaf = await p.leafHash(p.utf8(extra.entry));
    found.named_key = namedKey(extra.opening.payload);
    const trusted = await p.trust(file.note, keys);
    Object.assign(found, { leaf, included: trusted.said, checkpoint: trusted.checkpoint, cosigned: trusted.cosigned });
    if (trusted.checkpoint === null) return found;
    const tree = trusted.checkpoint;
    const wrong = await p.inclusion(file.path, file.index, tree.size, leaf, tree.root);
    found.tree = wrong === null ? HOLDS : no(wrong, "the hashes do not lead from the entry to the checkpoint's root");
    // What does not lead to the root is in no such tree, whoever signed it.
    if (holds(trusted.said) && !holds(found.tree)) found.included = found.tree;
    if (!holds(found.included)) return found;
    const read = p.header(extra.entry);
    if (read.header === undefined) {
      return { ...found, by_author: read.said, payload: refuted(read.said) ? NOT_INCLUDED : read.said };
    }
    const { said, body } = await p.payload(read.header, extra.payload);
    Object.assign(found, { header: read.header, payload: said, body });
    try {
      Object.assign(found, await author(extra, read.header, leaf, file.index, tree), { by_author: HOLDS });
    } catch (outcome) {
      if (outcome.outcome === undefined) throw outcome;
      found.by_author = outcome;
    }
    return found;
  }

  // ---- bundles: who made the entries ----

  class Authors {
    constructor() {
      Object.assign(this, { ledger: null, agents: new Map(), keys: new Set(), handles: new Set(), open: [], covered: 0, decided: [] });
    }
    async take(index, leaf, h, body, cover) {
      if (index === 0 && body !== null && h.kind === "ledger-opened" && h.agent === 0) {
        this.ledger = leaf;
        this.enrol(0, body.owner.handle, body.owner.key);
      }
      const own = await this.own(index, h);
      if (h.kind === "batch-signed") await this.batch(index, h, body, cover, holds(own), own);
      this.release(index - p.MAX_BATCH);
      const alone = h.sig !== undefined || p.decides(h);
      this.open.push({ index, leaf, agent: h.agent, alone });
      if (alone) this.decided.push([index, own]);
      return this.learn(index, h, body);
    }
    unread(index, leaf, said) {
      this.decided.push([index, said]);
      this.open.push({ index, leaf, agent: 0, alone: true });
    }
    enrol(number, handle, line) {
      const taken = this.handles.has(handle);
      this.handles.add(handle);
      const twice = this.learnKey(number, { handle, revoked: null }, line);
      return twice ?? (taken ? no("handle-twice", "its handle is taken already") : null);
    }
    learnKey(number, agent, line) {
      const key = line === null ? null : p.sshKey(line);
      this.agents.set(number, { ...agent, key, said: line === null ? beside(number, WITHHELD) : no("bad-key", "the enrolled key is none") });
      if (key === null) return null;
      const twice = this.keys.has(key.join());
      this.keys.add(key.join());
      return twice ? no("key-twice", "its public key is enrolled already; a key is enrolled once") : null;
    }
    /** Why no key counts for an entry, or null. */
    missing(index, number) {
      if (this.ledger === null) return unknown("opening", "what should open the ledger is not entry 0, or not an opening");
      const agent = this.agents.get(number);
      if (agent === undefined) return unknown("no-enrolment", "the author's enrolment is not in the file");
      if (agent.revoked !== null && agent.revoked <= index) return no("revoked", `the agent had been revoked by entry #${agent.revoked}`);
      return agent.key === null ? agent.said : null;
    }
    async own(index, h) {
      if (h.sig === undefined) return no("unsigned", `${h.kind} decides something and must be signed by itself`);
      const missing = this.missing(index, h.agent);
      if (missing !== null) return missing;
      if (!(await p.hasEd25519())) return NO_ED25519;
      const right = await p.signed(h, this.agents.get(h.agent).key, index === 0 ? ZEROS : this.ledger);
      return right ? HOLDS : no("signature", "the entry's signature does not hold");
    }
    async batch(index, h, body, cover, own, said) {
      const all = (outcome) => {
        this.decided.push(...this.open.filter((o) => !o.alone).map((o) => [o.index, outcome]));
        [this.open, this.covered] = [[], Math.max(this.covered, index)];
      };
      if (body === null) return all(beside(index, WITHHELD));
      const start = index - body.count;
      if (start < this.covered) return all(no("batch-range", "the batch does not cover the entry, or covers again what another batch covers"));
      this.release(start);
      let outcome = own ? HOLDS : said === NO_ED25519 ? NO_ED25519 : no("batch-signature", "the batch's signature does not hold");
      if (!(await rooted(this.open, start, body, cover))) outcome = no("batch-root", "the entry is not in the batch that was signed");
      for (const o of this.open.filter((o) => !o.alone)) {
        const other = o.agent === h.agent ? this.missing(o.index, o.agent) ?? outcome : no("batch-agent", "the batch is another agent's");
        this.decided.push([o.index, other]);
      }
      [this.open, this.covered] = [[], index];
    }
    release(start) {
      while (this.open.length > 0 && this.open[0].index < start) {
        const o = this.open.shift();
        if (!o.alone) this.decided.push([o.index, unknown("no-batch", "the signature of the entry's batch is not in the file")]);
      }
    }
    learn(index, h, body) {
      const agent = this.agents.get(h.about);
      if (h.kind === "agent-enrolled") {
        if (body !== null) return this.enrol(index, body.handle, body.key);
        this.learnKey(index, { handle: "", revoked: null }, null);
      } else if (h.kind === "agent-key-changed" && agent !== undefined && agent.handle !== "") {
        return this.learnKey(h.about, agent, body === null ? null : body.key);
      } else if (h.kind === "agent-revoked" && agent !== undefined) {
        agent.revoked = Math.min(agent.revoked ?? Infinity, body?.from ?? index);
      }
      return null;
    }
  }
  async function rooted(open, start, body, cover) {
    const tree = new p.Cover(body.count);
    let at = 0;
    for (const o of open) {
      const n = tree.wanted(o.index - start);
      if (at + n > cover.length || (await tree.leaf(o.index - start, cover.slice(at, at + n), o.leaf)) !== null) return false;
      at += n;
    }
    return (await tree.root(cover.slice(at))) === body.root;
  }

  // ---- bundles: how a claim stands ----

  class Standing {
    constructor(claim) {
      Object.assign(this, { claim, last: claim, leftOut: null, hidden: false, reviewHidden: false, verdict: null, reviews: new Map(), state: "recorded" });
    }
    apply(index, h, body) {
      const place = this.place(index, h);
      this.last = index;
      if (h.kind === "claim-published") this.state = "published";
      if (h.kind === "claim-retracted") this.state = "retracted";
      if (h.kind === "claim-moved") this.state = body === null ? null : body.to;
      const decided = h.kind === "verdict-issued" ? body : h.kind === "correction-issued" ? body?.verdict : undefined;
      if (decided) {
        Object.assign(this, { verdict: { index, ...decided }, reviews: new Map(), hidden: false, reviewHidden: false });
      } else if (body === null && ["verdict-issued", "correction-issued"].includes(h.kind)) {
        this.hidden = true;
      } else if (h.kind === "review-recorded" && this.verdict !== null && h.re === this.verdict.index) {
        if (body === null) this.reviewHidden = true; else this.reviews.set(h.agent, body.decision);
      }
      return place;
    }
    place(index, h) {
      const wrong = no("wrong-prev", "its `prev` names no earlier entry about the same subject");
      if (h.prev === undefined) return wrong;
      if (h.prev === this.last) return HOLDS;
      if (h.prev > this.last && h.prev < index) {
        this.leftOut = h.prev;
        return unknown("left-out", `the file leaves out #${h.prev}, which is about the claim`);
      }
      if (h.prev < this.claim || h.prev >= index) return wrong;
      return p.decides(h) ? no("stale-prev", `it decides on a view that #${this.last} had made old`) : HOLDS;
    }
    secondRead() { return [...this.reviews.values()].includes("approve"); }
    follows(stated) {
      const words = (v) => (v?.finding === undefined ? "unverified" : `${v.finding}, confidence ${v.confidence}`);
      const read = (yes) => (yes ? "second-read" : "not second-read");
      const parts = [["the finding", this.hidden, words(stated), words(this.verdict ?? undefined)],
        ["whether it is second-read", this.hidden || this.reviewHidden, read(stated.second_read), read(this.secondRead())],
        ["the state", this.state === null, stated.state, this.state]];
      if (this.leftOut !== null) return unknown("left-out", `the file leaves out #${this.leftOut}, which is about the claim`);
      const differs = parts.find(([, hidden, is, found]) => !hidden && is !== found);
      if (differs) return no("differs", `${differs[0]} is stated as ${differs[2]}, and by the entries is ${differs[3]}`);
      const hidden = parts.find(([, unsure]) => unsure);
      return hidden ? unknown("hidden", `a withheld payload hides ${hidden[0]}`) : HOLDS;
    }
  }

  // ---- bundles: line by line ----

  const LINES = {
    head: { "as_of?": isIndex, checkpoint: isText, format: isText, "history?": isIndex, "query?": isText },
    claim: { claim: isIndex, "confidence?": (v) => p.CONFIDENCES.includes(v), "finding?": (v) => p.FINDINGS.includes(v),
      second_read: (v) => typeof v === "boolean", state: (v) => p.STATES.includes(v) },
    entry: { "batch?": hashes, "before?": hashes, entry: isText, index: isIndex, "payload?": isText },
    end: { "after?": hashes, claims: isIndex, entries: isIndex },
  };
  /** Kind and value of a line. */
  function parseLine(text, number) {
    const value = p.canonical(text, "form-line");
    const [kind, ...more] = value !== null && typeof value === "object" ? Object.keys(value) : [];
    if (more.length > 0 || !Object.hasOwn(LINES, kind ?? "") || !shaped(value[kind], LINES[kind])) throw new BadForm("form-line", `line ${number} is none of a bundle`);
    return [kind, value[kind]];
  }
  function* linesOf(bytes) {
    let number = 0;
    for (let at = 0; at < bytes.length;) {
      const found = bytes.indexOf(10, at);
      const end = found < 0 ? bytes.length : found;
      number += 1;
      if (end - at + 1 > p.MAX_LINE) throw new BadForm("form-too-long", `line ${number} has more than 1 MiB`);
      if (found < 0) throw new BadForm("form-cut", `the file ends within line ${number}`);
      yield [number, p.fromUtf8(bytes.subarray(at, end), "form-line")];
      at = end + 1;
    }
    yield [number, null];
  }

  async function checkBundle(bytes, keys) {
    const authors = new Authors(), standing = new Map(), stated = [], entries = [], halves = new Map();
    let head = null, note = null, checkpoint = null, cover = null, rootHash = null, at = "start", last = -1;
    const order = (n) => { throw new BadForm("form-order", `line ${n} is out of order`); };
    const settle = () => {
      for (const [index, by_author] of authors.decided.splice(0)) {
        const half = halves.get(index);
        half.by_author = by_author;
        half.handle = authors.agents.get(half.header?.agent)?.handle;
        halves.delete(index);
      }
    };
    const stand = (index, h, body) => {
      const opens = h.kind === "ledger-opened";
      if ((index === 0) !== opens) return no("opening", "what should open the ledger is not entry 0, or not an opening");
      if (p.KINDS[h.kind].includes("c")) {
        if (h.kind === "claim-recorded") standing.set(index, new Standing(index));
        return h.about === undefined && h.prev === undefined ? HOLDS : no("wrong-prev", "it creates its subject and names another entry");
      }
      if (h.about === undefined) return no("wrong-prev", "it is about nothing");
      return standing.get(h.about)?.apply(index, h, body) ?? HOLDS;
    };
    const takeEntry = async (line, n) => {
      const leaf = await p.leafHash(p.utf8(line.entry));
      const wrong = await cover.leaf(line.index, line.before ?? [], leaf);
      if (wrong === "order") order(n);
      if (wrong !== null) throw new BadForm("form-cover", `line ${n}: too few or too many hashes, or no such entry`);
      const { header: h, said } = p.header(line.entry);
      const entry = { index: line.index, leaf, header: h, payload: said, place: said, by_author: said };
      entries.push(entry);
      halves.set(line.index, entry);
      if (h === undefined) authors.unread(line.index, leaf, said);
      else {
        if (line.batch !== undefined && h.kind !== "batch-signed") throw new BadForm("form-batch", `line ${n}: only a batch-signed entry has \`batch\``);
        const paid = await p.payload(h, line.payload);
        Object.assign(entry, { payload: paid.said, body: paid.body, place: stand(line.index, h, paid.body) });
        entry.place = (await authors.take(line.index, leaf, h, paid.body, line.batch ?? [])) ?? entry.place;
      }
      settle();
    };
    let lines = 0;
    for (const [n, text] of linesOf(bytes)) {
      if (text === null) break;
      lines = n;
      const [kind, value] = parseLine(text, n);
      if (kind === "head" && at === "start") {
        if (value.format !== p.FORMAT) throw new BadForm("form-format", `the format is not ${p.FORMAT}`);
        [head, note, at] = [value, p.parseNote(value.checkpoint, "form-checkpoint"), "claims"];
        checkpoint = (await p.trust(note, [])).checkpoint;
        if (checkpoint === null) throw new BadForm("form-checkpoint-text", "the note is no checkpoint");
        cover = new p.Cover(checkpoint.size);
      } else if (kind === "claim" && at === "claims") {
        if (value.claim <= last) order(n);
        if ((value.finding === undefined) !== (value.confidence === undefined)) throw new BadForm("form-stated", `line ${n}: a finding has a confidence`);
        last = value.claim;
        stated.push(value);
      } else if (kind === "entry" && (at === "entries" || (at === "claims" && value.index === 0))) {
        at = "entries";
        await takeEntry(value, n);
      } else if (kind === "end" && at === "entries") {
        if (value.claims !== stated.length || value.entries !== entries.length) throw new BadForm("form-counts", "the counts are not those of the lines before");
        rootHash = await cover.root(value.after ?? []);
        if (rootHash === null) throw new BadForm("form-cover", `line ${n}: too few or too many hashes`);
        at = "ended";
        authors.release(Infinity);
        settle();
      } else order(n);
    }
    if (at !== "ended") throw new BadForm("form-short", `the file ends after ${lines} lines, before its last line`);
    const trusted = await p.trust(note, keys);
    const leads = rootHash === checkpoint.root;
    const tree = leads ? HOLDS : no("cover-root", "entries and hashes lead to another root; which of them was changed, the file cannot tell");
    const included = holds(trusted.said) ? tree : trusted.said;
    const findings = stated.map((s) => ({ ...s, said: standing.get(s.claim)?.follows(s) ?? unknown("no-claim", "the claim's own entry is not in the file") }));
    const complete = holds(included) && entries.length === checkpoint.size && head.as_of === undefined;
    const whole = complete ? HOLDS : unknown("not-whole", "that nothing was left out only the whole log can show");
    return { of: head.history === undefined ? "claims" : "history", index: head.history, head, note, checkpoint, ledger: authors.ledger,
      included, tree, cosigned: trusted.cosigned, whole, entries, findings, named_key: entries[0].body?.log_key ?? null };
  }

  // ---- what it comes to ----

  /** Every outcome but that of `whole`, worst first; a withheld payload takes nothing back. */
  function overall(found) {
    const entries = found.of === "entry" ? [found] : found.entries;
    const said = [found.included];
    for (const e of entries) said.push(e.by_author, ...(e.payload.code === "withheld" ? [] : [e.payload]), e.place);
    said.push(...(found.findings ?? []).map((f) => f.said));
    return said.find(refuted) ?? said.find((s) => !holds(s)) ?? HOLDS;
  }

  /** Checks the bytes of a proof file or bundle; `keys` as `onrecordParts.parseKeys` gives them. Throws BadForm. */
  async function check(bytes, keys) {
    const found = bytes[0] === 0x7b ? await checkBundle(bytes, keys) : await checkProofFile(bytes, keys);
    return { ...found, overall: overall(found) };
  }
  root.onrecordChecker = { check, parseKeys: p.parseKeys, hasEd25519: p.hasEd25519, BadForm };
})(globalThis);
