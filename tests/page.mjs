// Runs the checker page's JavaScript under node on files of vectors: node tests/page.mjs KEYS FILE…
// Prints an object: "family: name" to null where it holds, else to the code of the reason.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import "../src/exchange/page/parts.js";
import "../src/exchange/page/checker.js";

const [keysText, ...files] = process.argv.slice(2);
const parts = globalThis.onrecordParts, checker = globalThis.onrecordChecker;
const keys = await checker.parseKeys(keysText);

async function signature(text) {
  const [line, base64] = text.split("\n", 2), message = text.split("\n").slice(2).join("\n");
  const key = parts.sshKey(line), bytes = parts.unbase64(base64);
  if (key === null) return "bad-key";
  const holds = bytes !== null && (await parts.verifies(key, await parts.signedBlob(parts.utf8(message)), bytes));
  return holds ? null : "signature";
}

const decide = {
  notes: async (bytes) => { parts.parseNote(parts.fromUtf8(bytes, "note-utf8"), "note"); return null; },
  checkpoints: async (bytes) => (await parts.trust(parts.parseNote(parts.fromUtf8(bytes, "note"), "note"), keys)).said.code,
  signatures: (bytes) => signature(parts.fromUtf8(bytes, "utf8")),
};
decide.cosignatures = decide.checkpoints;
const whole = async (bytes) => {
  const found = await checker.check(bytes, keys);
  // The vectors ask for payloads too.
  const paid = found.of === "entry" && found.overall.outcome === "holds" ? found.payload : found.overall;
  return paid.code;
};

const found = {};
for (const file of files) {
  const family = basename(file, ".jsonl");
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const texts = Object.fromEntries(lines.map(({ name, text }) => [name, Buffer.from(text ?? "")]));
  for (const { name, text, hex, splice } of lines) {
    let bytes = text === undefined ? Buffer.from(hex ?? "", "hex") : texts[name];
    if (splice !== undefined) {
      const base = texts[splice.of];
      bytes = Buffer.concat([base.subarray(0, splice.at), Buffer.from(splice.put.repeat(splice.times ?? 1)), base.subarray(splice.at + splice.cut)]);
    }
    bytes = Uint8Array.from(bytes);
    try {
      found[`${family}: ${name}`] = await (decide[family] ?? whole)(bytes);
    } catch (e) {
      if (!(e instanceof checker.BadForm)) throw new Error(`${family}: ${name}`, { cause: e });
      found[`${family}: ${name}`] = e.code;
    }
  }
}
console.log(JSON.stringify(found));
