"use strict";
// What the checker is made of: bytes, hashes and trees, canonical JSON, Ed25519, notes, entries. Nothing but WebCrypto.
// docs/format.md says what the bytes mean; the codes of reasons are those of `onrecord check --json` (src/entry/why.rs).
(function (root) {
  const MAX_PROOF_FILE = 256 * 1024, MAX_EXTRA = 190000, MAX_LINE = 1 << 20, MAX_NOTE = 65536, MAX_ENTRY = 4096;
  const MAX_BATCH = 10240, MAX_SIGNATURES = 64, MAX_PATH = 63, MAX_DEPTH = 8, MAX_PROBLEMS = 100;
  const HEAD = "c2sp.org/tlog-proof@v1", FORMAT = "onrecord-bundle/0", NAMESPACE = "onrecord-entry";
  // Each kind: c creates its subject, d decides and so is always signed by itself.
  const KINDS = Object.fromEntries(`ledger-opened:cd agent-enrolled:cd agent-described: agent-key-changed:d
    agent-roles-changed:d agent-revoked:d log-key-changed:d policy-set:d document-registered:c document-amended:
    snapshot-captured: text-extracted: claim-recorded:c claim-amended: claim-moved: appearance-recorded: anchor-moved:
    claims-related: relation-withdrawn: evidence-linked: evidence-withdrawn: search-recorded: contact-recorded:
    verdict-issued:d review-recorded:d claim-published:d request-received: correction-issued:d claim-retracted:d
    note-added: payload-withheld:d payload-released:d payload-erased:d batch-signed:d`
    .split(/\s+/).map((word) => [word.split(":")[0], word.split(":")[1]]));
  const STATES = "recorded triaged in-review published parked withdrawn retracted".split(" ");
  const FINDINGS = ("supported partly-supported refuted conflicting misleading-context not-enough-evidence " +
    "not-checkable").split(" ");
  const CONFIDENCES = ["low", "moderate", "high"];

  // ---- outcomes ----

  const HOLDS = { outcome: "holds", code: null, reason: null };
  const no = (code, reason) => ({ outcome: "does-not-hold", code, reason });
  const unknown = (code, reason) => ({ outcome: "cannot-be-determined", code, reason });
  const beside = (index, said) => ({ ...said, reason: `entry #${index}, which this one needs: ${said.reason}` });
  /** A file that is not of its form; `code` is a stable word. */
  class BadForm extends Error {
    constructor(code, message) { super(message); this.code = code; }
  }
  const WITHHELD = unknown("withheld", "the payload is withheld");

  // ---- bytes ----

  const encoder = new TextEncoder();
  const utf8 = (text) => encoder.encode(text);
  function fromUtf8(bytes, code) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch { throw new BadForm(code, "it is not UTF-8"); }
  }
  const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const isHash = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
  function concat(...parts) {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { out.set(part, at); at += part.length; }
    return out;
  }
  const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
  /** Standard padded base64 in its one form, else null. */
  function unbase64(text) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    let again = "";
    for (let at = 0; at < bytes.length; at += 3000) again += toBase64(bytes.subarray(at, at + 3000));
    return again === text ? bytes : null;
  }
  function u32(n) { return Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n); }
  const sshString = (bytes) => concat(u32(bytes.length), bytes);
  /** A decimal without leading zeros that JavaScript can hold exactly, else null. */
  function decimal(text) {
    if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return null;
    const n = Number(text);
    return Number.isSafeInteger(n) ? n : null;
  }

  // ---- hashes and trees (RFC 6962) ----

  const sha = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
  const sha256 = async (bytes) => hex(await sha("SHA-256", bytes));
  const leafHash = (bytes) => sha256(concat(Uint8Array.of(0), bytes));
  const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), unhex(left), unhex(right)));
  /** Largest power of two not above n, without bits: sizes go beyond 2^31. */
  function floorPower(n) { let power = 1; while (power * 2 <= n) power *= 2; return power; }
  function dividing(n) { let power = 1; while (n % (power * 2) === 0) power *= 2; return power; }

  /** Whether `path` leads from leaf `index` to the root of a tree of `size`; null or the reason's code. */
  async function inclusion(path, index, size, leaf, rootHash) {
    if (index >= size) return "index";
    const onLeft = [];
    for (let from = 0, to = size; to - from > 1;) {
      const n = to - from, half = floorPower(n) === n ? n / 2 : floorPower(n);
      if (index < from + half) { to = from + half; onLeft.unshift(false); } else { from += half; onLeft.unshift(true); }
    }
    if (onLeft.length !== path.length) return "path-length";
    let node = leaf;
    for (let k = 0; k < path.length; k++) {
      node = onLeft[k] ? await nodeHash(path[k], node) : await nodeHash(node, path[k]);
    }
    return node === rootHash ? null : "path";
  }

  /** Widths of the subtrees between the leaf before `from` and the leaf `to`. */
  function gap(from, to, size) {
    const widths = [];
    for (let at = from; at < to; at += widths[widths.length - 1]) {
      const width = at === 0 ? Infinity : dividing(at);
      widths.push(at + width <= to ? width : to === size ? to - at : floorPower(to - at));
    }
    return widths;
  }

  /** Takes leaves and the hashes between them in order, and has the root in the end. */
  class Cover {
    constructor(size) { this.size = size; this.next = 0; this.stack = []; }
    wanted(index) { return gap(this.next, Math.min(index, this.size), this.size).length; }
    async leaf(index, before, leaf) {
      if (index < this.next) return "order";
      if (index >= this.size) return "index";
      if (!(await this.fill(index, before))) return "cover-length";
      await this.push(1, leaf);
      this.next = index + 1;
      return null;
    }
    async fill(to, hashes) {
      const widths = gap(this.next, to, this.size);
      if (widths.length !== hashes.length) return false;
      for (let k = 0; k < widths.length; k++) await this.push(widths[k], hashes[k]);
      return true;
    }
    async push(width, hash) {
      // Only perfect subtrees meet an equal one: what the tree's end cut off is narrower than all before it.
      while (this.stack.length > 0 && this.stack[this.stack.length - 1].width === width) {
        hash = await nodeHash(this.stack.pop().hash, hash);
        width *= 2;
      }
      this.stack.push({ width, hash });
    }
    /** The root, or null where the hashes after the last leaf are too few or too many. */
    async root(after) {
      if (!(await this.fill(this.size, after))) return null;
      let found = null;
      for (const { hash } of this.stack.reverse()) found = found === null ? hash : await nodeHash(hash, found);
      return found;
    }
  }

  // ---- canonical JSON (RFC 8785, narrowed) ----

  function write(value, depth) {
    if (typeof value === "string") {
      if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
        throw new BadForm("json", "control characters and lone surrogates are refused");
      }
      return JSON.stringify(value);
    }
    if (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
    if (typeof value === "boolean") return String(value);
    if (value === null || typeof value !== "object") throw new BadForm("json", "a value that no record holds");
    if (depth > MAX_DEPTH) throw new BadForm("json", "nested too deep");
    if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
    const pairs = Object.keys(value).sort().map((key) => `${write(key, depth)}:${write(value[key], depth + 1)}`);
    return `{${pairs.join(",")}}`;
  }
  /** The value of canonical JSON text; throws on any other text. */
  function canonical(text, code) {
    let value;
    try { value = JSON.parse(text); } catch (e) { throw new BadForm(code, `not JSON: ${e.message}`); }
    try {
      if (write(value, 1) === text) return value;
    } catch (e) { throw new BadForm(code, e.message); }
    throw new BadForm(code, "not in canonical form (RFC 8785)");
  }
  const isIndex = (value) => Number.isSafeInteger(value) && value >= 0;
  const isText = (value) => typeof value === "string";
  const hashes = (value) => Array.isArray(value) && value.length > 0 && value.every(isHash);
  /** Whether an object has exactly these keys, each of its type; a name with `?` may be absent. */
  function shaped(value, shape) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
    const known = Object.fromEntries(Object.entries(shape).map(([key, test]) => [key.replace("?", ""), [test, key.endsWith("?")]]));
    return Object.keys(value).every((key) => Object.hasOwn(known, key) && known[key][0](value[key])) &&
      Object.keys(known).every((key) => known[key][1] || Object.hasOwn(value, key));
  }

  // ---- Ed25519 ----

  // Points of small order, without the bit of the sign.
  const WEAK = ["0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"];
  function isPoint(bytes) {
    if (bytes.length !== 32) return false;
    const positive = Uint8Array.from(bytes);
    positive[31] &= 0x7f;
    const beyond = positive[0] >= 0xed && positive[31] === 0x7f && positive.subarray(1, 31).every((b) => b === 0xff);
    return !beyond && !WEAK.includes(hex(positive));
  }
  let ed25519 = null;
  /** Whether this browser can check Ed25519 signatures. */
  async function hasEd25519() {
    if (ed25519 === null) {
      try {
        await crypto.subtle.importKey("raw", unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), "Ed25519", false, ["verify"]);
        ed25519 = true;
      } catch { ed25519 = false; }
    }
    return ed25519;
  }
  async function verifies(key, message, signature) {
    if (signature.length !== 64 || !isPoint(key) || !isPoint(signature.subarray(0, 32))) return false;
    try {
      const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", imported, signature, message);
    } catch { return false; }
  }
  const NO_ED25519 = unknown("no-ed25519", "this browser cannot check Ed25519 signatures; use a newer one, or `onrecord check`");

  // ---- C2SP notes, keys, checkpoints ----

  const isName = (name) => name !== "" && !/[\s+\u0000-\u001f\u0085]/u.test(name);
  const keyId = async (name, type, key) => (await sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), key))).slice(0, 8);
  /** Reads a verifier key `name+id+base64`. */
  async function parseKey(text) {
    const found = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text);
    const bytes = found && isName(found[1]) ? unbase64(found[3]) : null;
    if (bytes === null || bytes.length !== 33 || ![1, 4].includes(bytes[0]) || !isPoint(bytes.subarray(1))) {
      throw new BadForm("key", "a verifier key is name+id+base64, as `onrecord stats` prints it");
    }
    const key = { name: found[1], id: found[2], type: bytes[0], bytes: bytes.subarray(1), text };
    if ((await keyId(key.name, key.type, key.bytes)) !== key.id) throw new BadForm("key", "the id of the verifier key does not fit the key");
    return key;
  }
  /** Keys from text: a log's, and witnesses' if wanted, a line each. */
  const parseKeys = (text) => Promise.all(text.split(/\s*\n\s*/).map((line) => line.trim()).filter(Boolean).map(parseKey));

  function parseNote(text, code) {
    const bad = (why) => { throw new BadForm(code, why); };
    if (utf8(text).length > MAX_NOTE) bad("a note has at most 64 KiB");
    if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) bad("a note has no control characters but line feeds");
    const end = text.lastIndexOf("\n\n");
    if (end < 0 || !text.endsWith("\n") || end + 2 >= text.length) bad("a note is a text, an empty line, and signature lines");
    const lines = text.slice(end + 2, -1).split("\n");
    if (lines.length > MAX_SIGNATURES) bad("too many signature lines");
    const signatures = lines.map((line) => {
      const found = /^\u2014 ([^ ]+) ([^ ]+)$/u.exec(line);
      const bytes = found && isName(found[1]) ? unbase64(found[2]) : null;
      if (bytes === null || bytes.length <= 4) bad("a signature line is malformed");
      return { name: found[1], id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
    });
    return { text: text.slice(0, end + 1), signatures };
  }
  function parseCheckpoint(text) {
    const [origin, size, rootHash, ...rest] = text.split("\n");
    const hash = rootHash === undefined ? null : unbase64(rootHash);
    const n = size === undefined ? null : decimal(size);
    if (!isName(origin) || n === null || hash === null || hash.length !== 32 || rest.pop() !== "" || rest.includes("")) return null;
    if (n === 0 && hex(hash) !== "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") return null;
    return { origin, size: n, root: hex(hash) };
  }
  async function signatureHolds(key, note, bytes) {
    if (key.type === 1) return (await verifies(key.bytes, utf8(note.text), bytes)) ? { time: null } : null;
    if (bytes.length !== 72) return null;
    const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
    if (time === 0n || time >> 63n !== 0n) return null;
    const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
    return (await verifies(key.bytes, message, bytes.subarray(8))) ? { time } : null;
  }
  /** Whether the keys accept the note: `said` is an outcome; then checkpoint and cosignatures. */
  async function trust(note, keys) {
    const checkpoint = parseCheckpoint(note.text);
    if (keys.length === 0) return { said: unknown("no-trust", "no key was given"), checkpoint, cosigned: [] };
    if (!(await hasEd25519())) return { said: NO_ED25519, checkpoint, cosigned: [] };
    const verified = new Map();
    for (const signature of note.signatures) {
      for (const key of keys.filter((key) => key.name === signature.name && key.id === signature.id)) {
        const found = await signatureHolds(key, note, signature.bytes);
        if (found === null) {
          return { said: no("checkpoint-signature", `the signature by ${key.name} on the checkpoint does not hold`), checkpoint, cosigned: [] };
        }
        verified.set(key.text, { key, ...found });
      }
    }
    const all = [...verified.values()];
    const stranger = unknown("untrusted-key", "the checkpoint is not signed by the key given, under the ledger's name");
    let said = HOLDS;
    if (all.length === 0) said = stranger;
    else if (checkpoint === null) said = no("checkpoint-text", "the note is no checkpoint");
    else if (!all.some(({ key }) => key.type === 1 && key.name === checkpoint.origin)) said = stranger;
    else if (keys.some((key) => key.type === 4 && !verified.has(key.text))) said = no("quorum", "a witness whose key was given has not cosigned the checkpoint");
    const cosigned = all.filter(({ key }) => key.type === 4).map(({ key, time }) => ({ name: key.name, time: Number(time) }));
    return { said, checkpoint, cosigned: said === HOLDS ? cosigned : [] };
  }

  // ---- entries and payloads ----

  const isTime = (v) => isText(v) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(v) && !Number.isNaN(Date.parse(v)) &&
    new Date(v).toISOString() === v;
  const HEADER = { "about?": isIndex, agent: isIndex, digest: isHash, kind: isText, "prev?": isIndex, "re?": isIndex,
    "sig?": (v) => isText(v) && unbase64(v) !== null, time: isTime, v: isIndex };
  /** An entry's header, or an outcome that says why not. */
  function header(entry) {
    const bad = (why) => ({ said: no("entry-form", `the entry is malformed: ${why}`) });
    if (utf8(entry).length > MAX_ENTRY) return bad("it is too long");
    let value;
    try { value = canonical(entry, "entry-form"); } catch (e) { return bad(e.message); }
    const foreign = value !== null && typeof value === "object" && isText(value.kind) && isIndex(value.v) &&
      (value.v > 0 || !Object.hasOwn(KINDS, value.kind));
    if (foreign) return { said: unknown("unknown-kind", `the entry is of kind \`${value.kind}\`, version ${value.v}: use a newer checker`) };
    return shaped(value, HEADER) ? { header: value, said: HOLDS } : bad("not the keys of an entry");
  }
  const decides = (h) => KINDS[h.kind].includes("d");
  const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
  const some = (v) => (test) => v === undefined || test(v);
  const isVerdict = (b) => isObject(b) && FINDINGS.includes(b.finding) && CONFIDENCES.includes(b.confidence);
  // Of the bodies only what is used here is looked at; `onrecord check` looks at all.
  const BODIES = {
    "ledger-opened": (b) => isText(b.log_key) && isText(b.origin) && isObject(b.policy) && isObject(b.owner) && isText(b.owner.handle) && isText(b.owner.key),
    "agent-enrolled": (b) => isText(b.handle) && isText(b.key),
    "agent-key-changed": (b) => isText(b.key),
    "agent-revoked": (b) => some(b.from)(isIndex),
    "batch-signed": (b) => shaped(b, { count: (n) => isIndex(n) && n >= 1 && n <= MAX_BATCH, root: isHash }),
    "verdict-issued": isVerdict,
    "correction-issued": (b) => some(b.verdict)(isVerdict),
    "review-recorded": (b) => ["approve", "reject"].includes(b.decision),
    "claim-moved": (b) => STATES.includes(b.to),
  };
  /** Whether the payload is the one that the entry commits to, and its body. */
  async function payload(h, text) {
    if (text === undefined) return { said: WITHHELD, body: null };
    if ((await sha256(utf8(text))) !== h.digest) {
      return { said: no("payload-digest", "the payload is not the one that the entry commits to"), body: null };
    }
    let value;
    try { value = canonical(text, "payload-form"); } catch (e) { return { said: no("payload-form", e.message), body: null }; }
    const right = shaped(value, { body: isObject, salt: (v) => /^[A-Za-z0-9_-]{21}[AQgw]$/.test(v) }) &&
      (BODIES[h.kind] === undefined || BODIES[h.kind](value.body));
    return right ? { said: HOLDS, body: value.body } : { said: no("payload-form", `not the payload of kind ${h.kind}`), body: null };
  }
  /** The 32 bytes of an `ssh-ed25519 AAAA…` key, else null. */
  function sshKey(line) {
    const found = /^ssh-ed25519 (\S+)/.exec(line);
    const blob = found ? unbase64(found[1]) : null;
    const head = concat(sshString(utf8("ssh-ed25519")), u32(32));
    if (blob === null || blob.length !== 51 || hex(blob.subarray(0, 19)) !== hex(head)) return null;
    return isPoint(blob.subarray(19)) ? blob.subarray(19) : null;
  }
  /** What Ed25519 signs of an SSHSIG over `message`. */
  async function signedBlob(message) {
    return concat(utf8("SSHSIG"), sshString(utf8(NAMESPACE)), sshString(utf8("")), sshString(utf8("sha512")), sshString(await sha("SHA-512", message)));
  }
  async function signed(h, key, ledger) {
    const { sig, ...unsigned } = h;
    return sig !== undefined && verifies(key, await signedBlob(utf8(`onrecord/1 ${ledger}\n${write(unsigned, 1)}`)), unbase64(sig));
  }

  const shared = { HOLDS, no, unknown, beside, BadForm, WITHHELD, NO_ED25519, hasEd25519, utf8, fromUtf8, sha256, leafHash,
    inclusion, Cover, canonical, shaped, isIndex, isText, isHash, hashes, unbase64, decimal, parseNote, parseKeys, trust,
    header, decides, payload, sshKey, signed, signedBlob, verifies, KINDS, STATES, FINDINGS, CONFIDENCES, HEAD, FORMAT,
    MAX_PROOF_FILE, MAX_EXTRA, MAX_LINE, MAX_BATCH, MAX_PATH, MAX_PROBLEMS };
  root.onrecordParts = shared;
})(globalThis);
