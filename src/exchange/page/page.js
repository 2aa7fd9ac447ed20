"use strict";
// Shows what checker.js finds. All text of others goes in as text, never as markup.
(function () {
  const { check, parseKeys, hasEd25519, BadForm } = globalThis.onrecordChecker;
  const MAX_FILE = 256 * 1024 * 1024, SHOWN = 2000;
  // A mark, the word, and the word for several.
  const WORDS = { "holds": ["\u2713", "holds", "hold"], "does-not-hold": ["\u2717", "does not hold", "do not hold"],
    "cannot-be-determined": ["?", "cannot be determined", "cannot be determined"] };
  const get = (id) => document.getElementById(id);
  let bytes = null, name = "", unconfirmed = null, run = 0;

  /** An element with a class and children; strings become text. */
  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null));
    return element;
  }
  /** Text of others without what could reorder or hide it. */
  const plain = (text) => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "\ufffd");
  function words(said) {
    const [mark, text] = WORDS[said.outcome];
    const why = said.reason === null ? null : make("span", "why", plain(said.reason));
    return make("span", `said ${said.outcome}`, `${mark} ${text}`, why);
  }
  function table(caption, rows) {
    const body = make("tbody", "", ...rows.filter(Boolean).map(([head, ...cells]) => {
      const th = make("th", "", head);
      th.scope = "row";
      return make("tr", "", th, ...cells.map((cell) => make("td", "", cell)));
    }));
    return make("table", "", make("caption", "help", caption), body);
  }
  function sum(outcomes) {
    const parts = Object.keys(WORDS).map((word) => [word, outcomes.filter((said) => said.outcome === word).length]).filter(([, n]) => n > 0);
    return make("span", "", ...parts.map(([word, n]) => make("span", `said ${word}`, `${WORDS[word][0]} ${n} ${WORDS[word][n === 1 ? 1 : 2]}. `)));
  }
  const TOLD = ["statement", "finding", "confidence", "stance", "says", "rationale", "decision", "text", "reason", "kind", "to", "title", "publisher", "url", "note", "handle", "origin"];
  /** What an entry says: the words of its body, the rest on demand. */
  function body(entry) {
    if (!entry.body || entry.payload.outcome !== "holds") return [make("p", "help", entry.payload.code === "withheld" ? "What it says is withheld." : "What it says cannot be shown: the payload does not hold.")];
    const lines = TOLD.filter((key) => typeof entry.body[key] === "string").map((key) => make("blockquote", "", `${key}: ${plain(entry.body[key])}`));
    const all = make("details", "", make("summary", "", "All of it"), make("pre", "", plain(JSON.stringify(entry.body, null, 2))));
    return [...lines, all];
  }
  function entryItem(entry) {
    const h = entry.header;
    const title = h === undefined ? `#${entry.index}` : `#${entry.index} \u00b7 ${h.kind} \u00b7 ${h.time.slice(0, 16).replace("T", " ")} UTC`;
    const by = entry.by_author.outcome === "holds" ? `By \u201c${plain(entry.handle ?? "")}\u201d: ` : "Author: ";
    const place = entry.place.outcome === "holds" ? null : make("p", "", "Place: ", words(entry.place));
    const paid = entry.payload.outcome === "holds" || entry.payload.code === "withheld" ? null : make("p", "", "Payload: ", words(entry.payload));
    return make("li", "", make("h3", "", title), make("p", "", by, words(entry.by_author)), paid, place, ...body(entry));
  }

  function summary(found) {
    const entries = found.of === "entry" ? [found] : found.entries;
    const size = found.checkpoint === null ? "" : ` (${plain(found.checkpoint.origin)}, ${found.checkpoint.size} entries)`;
    const one = found.of === "entry";
    return table("What was checked", [
      [`Included in the log${size}`, words(found.included)],
      ["Leads to the root of the checkpoint", words(found.tree)],
      ["By its author", one ? words(found.by_author) : sum(entries.map((e) => e.by_author))],
      ["Says what was recorded", one ? words(found.payload) : sum(entries.map((e) => e.payload))],
      one ? null : ["Stands in its place", sum(entries.map((e) => e.place))],
      ...(found.findings ?? []).slice(0, SHOWN).map((f) => [`#${f.claim} is stated as ${f.finding === undefined ? "unverified" : `${f.finding}, confidence ${f.confidence}`}, ${f.state}`, words(f.said)]),
      one ? null : ["Nothing was left out", words(found.whole)],
      ...found.cosigned.map((w) => [`Cosigned by ${plain(w.name)}`, new Date(w.time * 1000).toISOString()]),
    ]);
  }

  function show(found, keys) {
    const said = found.overall;
    const doubt = keys.length > 0 && unconfirmed !== null && keys.some((key) => key.text === unconfirmed);
    const [mark, text] = WORDS[said.outcome];
    const what = found.of === "claims" ? "The claim set" : found.of === "history" ? `The history of #${found.index}` : `The proof of entry #${found.index}`;
    const overall = get("overall");
    overall.className = said.outcome;
    overall.textContent = `${mark} ${what} ${text}${said.reason === null ? "." : `: ${plain(said.reason)}.`}` +
      (doubt ? " This is by the key that the file itself names, which nobody has confirmed." : "");
    const signers = found.note.signatures.map((s) => `${s.name}+${s.id}`).join(", ");
    const entries = found.of === "entry" ? (found.header === undefined ? [] : [found]) : found.entries;
    const list = make("ol", "entries", ...entries.slice(0, SHOWN).map(entryItem));
    const more = entries.length > SHOWN ? make("p", "", `and ${entries.length - SHOWN} more entries, checked and not shown.`) : null;
    get("details").replaceChildren(summary(found), make("p", "help", `Checkpoint signed by ${plain(signers)}.`), make("h3", "", "Entries"), list, ...(more ? [more] : []));
    get("named-key").textContent = plain(found.named_key ?? "");
    get("named").hidden = !found.named_key || keys.length > 0;
    get("use-named").onclick = () => {
      unconfirmed = found.named_key;
      get("key").value = found.named_key;
      update();
    };
  }
  function fail(message) {
    const overall = get("overall");
    overall.className = "does-not-hold";
    overall.textContent = `\u2717 ${message}`;
    get("details").replaceChildren();
  }

  async function update() {
    const mine = ++run;
    let keys = [];
    get("key-error").textContent = "";
    try {
      keys = await parseKeys(get("key").value);
    } catch (e) {
      get("key-error").textContent = e instanceof BadForm ? `This is no key: ${e.message}.` : String(e);
      return;
    }
    if (bytes === null) return;
    get("overall").className = "";
    get("overall").textContent = `Checking ${plain(name)}\u2026`;
    try {
      const found = await check(bytes, keys);
      if (mine === run) show(found, keys);
    } catch (e) {
      if (mine !== run) return;
      if (e instanceof BadForm) fail(`${plain(name)} is neither a proof file nor a bundle, or was changed: ${plain(e.message)}.`);
      else fail(`The check itself failed, so that nothing is known: ${plain(e.message)}`);
    }
  }

  async function start() {
    if (globalThis.crypto?.subtle === undefined) {
      fail("This browser gives this page no cryptography (WebCrypto); use another browser, or `onrecord check`.");
      return;
    }
    get("form").addEventListener("submit", (event) => event.preventDefault());
    get("key").addEventListener("input", () => {
      // What the reader types is the reader's own.
      unconfirmed = null;
      update();
    });
    get("file").addEventListener("change", async () => {
      const file = get("file").files[0];
      if (file === undefined) return;
      if (file.size > MAX_FILE) return fail(`${plain(file.name)} is too large for this page; use \`onrecord check\`.`);
      [bytes, name] = [new Uint8Array(await file.arrayBuffer()), file.name];
      await update();
      get("result").focus();
    });
    const inside = get("proof").textContent.trim();
    if (inside !== "") [bytes, name] = [Uint8Array.from(atob(inside), (c) => c.charCodeAt(0)), "the proof in this page"];
    if (!(await hasEd25519())) get("key-error").textContent = "This browser cannot check Ed25519 signatures: what rests on them cannot be determined here. Inclusion below the checkpoint is checked all the same.";
    await update();
  }
  start();
})();
