// Reads a report in Markdown by commonmark, and holds it against the claims in JSON Lines; of the page in HTML, that it
// has a card for each claim and nothing that runs.
//
//   node report.js REPORT.md CLAIMS.jsonl REPORT.html
const fs = require("fs");
const commonmark = require("commonmark");

const [markdown, jsonl, html] = process.argv.slice(2).map((file) => fs.readFileSync(file, "utf8"));
const claims = jsonl.split("\n").filter((line) => line).map((line) => JSON.parse(line));
const fail = (why) => { console.error(why); process.exit(1); };

// Characters that the reports show by name. Joiners are left out of the comparison: scripts that need them keep them.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const shown = (text) => text.replace(hidden, (c) => `[U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
const plain = (text) => shown(text).replace(/\u200c|\u200d|\[U\+200[CD]\]/g, "").split(/[ \n\t]+/).filter((w) => w).join(" ");

const headings = [];
const walker = new commonmark.Parser().parse(markdown).walker();
let heading = null;
for (let event; (event = walker.next()); ) {
  const { type, level, literal, destination } = event.node;
  if (type === "html_block" || type === "html_inline" || type === "image") fail(`${type}: ${literal ?? destination}`);
  if (type === "link" && !/^https?:/i.test(destination)) fail(`a link to ${destination}`);
  if (type === "heading" && level === 3) {
    if (event.entering) heading = "";
    else { headings.push(plain(heading)); heading = null; }
  } else if (heading !== null && literal !== null) heading += literal;
}

const cards = html.match(/<article class="card /g) ?? [];
if (cards.length !== claims.length) fail(`${cards.length} cards, ${claims.length} claims`);
if (/<script|<iframe|<object|<embed|<img|<link|<base|<form|<foreignObject/i.test(html)) fail("an element that has no place in the page");
if (/<[^>]* on[a-z]+ *=/i.test(html.replace(/"[^"]*"/g, '""'))) fail("a handler");

for (const claim of claims) {
  const expected = plain(`#${claim.number} ${claim.statement ?? "(the wording is withheld)"}`);
  if (!headings.includes(expected)) fail(`not in the Markdown: ${expected}`);
}
const own = headings.filter((text) => /^#\d+ /.test(text));
if (own.length !== claims.length) fail(`${own.length} headings of claims, ${claims.length} claims`);
console.log(`${claims.length} claims, ${html.length} characters of HTML, ${markdown.length} of Markdown`);
