// The checker page in a real browser, without a network: node tests/interop/page.mjs PAGE KEY FILE CHANGED-FILE
// PAGE holds the history of a claim, FILE is the same as a bundle, CHANGED-FILE one with a word changed. Speaks the browser's own
// protocol over a pipe; needs chromium. Writes a screenshot for each colour scheme beside PAGE.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [page, key, file, changed] = process.argv.slice(2);
const browser = spawn(process.env.CHROMIUM ?? "chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", "--window-size=900,1400"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
let next = 0, rest = "";
const waiting = new Map(), requests = [], problems = [];
browser.stdio[4].on("data", (data) => {
  rest += data;
  for (let end; (end = rest.indexOf("\0")) >= 0; rest = rest.slice(end + 1)) {
    const message = JSON.parse(rest.slice(0, end));
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    if (message.method === "Network.requestWillBeSent") requests.push(message.params.request.url);
    if (message.method === "Runtime.exceptionThrown") problems.push(JSON.stringify(message.params.exceptionDetails));
    if (message.method === "Log.entryAdded") problems.push(message.params.entry.text);
  }
});
let sessionId;
const send = (method, params = {}) => new Promise((done, fail) => {
  const id = ++next;
  waiting.set(id, (answer) => (answer.error ? fail(new Error(`${method}: ${answer.error.message}`)) : done(answer.result)));
  browser.stdio[3].write(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }) + "\0");
});
const run = async (expression) => (await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;
const overall = () => run("document.getElementById('overall').textContent");
async function until(what, test) {
  for (let tries = 0; tries < 100; tries++) {
    const text = await overall();
    if (text?.includes(test)) return console.log(`  ${what}: ${text}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what}: expected “${test}”, found “${await overall()}”`);
}
const type = (text) => run(`(() => { const k = document.getElementById("key"); k.value = ${JSON.stringify(text)}; k.dispatchEvent(new Event("input")); })()`);
async function open(path) {
  const { root } = await send("DOM.getDocument");
  const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector: "#file" });
  await send("DOM.setFileInputFiles", { nodeId, files: [resolve(path)] });
}

try {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  ({ sessionId } = await send("Target.attachToTarget", { targetId, flatten: true }));
  await Promise.all(["Page", "DOM", "Runtime", "Log", "Network", "Accessibility"].map((domain) => send(`${domain}.enable`)));
  await send("Page.navigate", { url: pathToFileURL(resolve(page)).href });
  const ed25519 = await run("new Promise((r) => setTimeout(r, 500)).then(() => onrecordChecker.hasEd25519())");
  await until("without a key", "cannot be determined");
  const focus = [];
  for (let k = 0; k < 4; k++) {
    for (const kind of ["rawKeyDown", "keyUp"]) await send("Input.dispatchKeyEvent", { type: kind, key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 });
    focus.push(await run("document.activeElement.id || document.activeElement.tagName"));
  }
  for (const id of ["key", "file"]) if (!focus.includes(id)) throw new Error(`${id} is not reached by keyboard: ${focus}`);
  console.log(`  by keyboard: ${focus.join(", ")}`);
  if (!(await run("document.getElementById('named').textContent")).includes("Nobody has confirmed it")) throw new Error("the key in the file passes for confirmed");
  await run("document.getElementById('use-named').click()");
  await until("with the key that the file names", ed25519 ? "holds. This is by the key that the file itself names, which nobody has confirmed" : "cannot be determined");
  await type("no key");
  if (!(await run("document.getElementById('key-error').textContent")).includes("This is no key")) throw new Error("a wrong key is not told");
  await type(key);
  await until("with the key", ed25519 ? "holds." : "cannot be determined");
  if ((await overall()).includes("confirmed")) throw new Error("the reader's own key is doubted");
  for (const scheme of ["light", "dark"]) {
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const { data } = await send("Page.captureScreenshot", { format: "png" });
    writeFileSync(join(dirname(resolve(page)), `page-${scheme}.png`), Buffer.from(data, "base64"));
  }
  await open(changed);
  await until("a file with a word changed", ed25519 ? "does not hold" : "cannot be determined");
  await open(file);
  await until("the file as it was", ed25519 ? "holds" : "cannot be determined");
  const { nodes } = await send("Accessibility.getFullAXTree");
  const named = nodes.filter((n) => ["textbox", "button", "status"].includes(n.role?.value) && !n.ignored);
  const nameless = named.filter((n) => n.role.value !== "status" && !n.name?.value);
  if (nameless.length > 0) throw new Error(`a field without a name: ${JSON.stringify(nameless[0])}`);
  // The page itself and nothing else; data: and blob: leave no machine.
  const sent = requests.filter((url) => !url.startsWith("file:") && !url.startsWith("about:"));
  if (sent.length > 0) throw new Error(`requests: ${sent}`);
  // That nothing could be sent is the policy's doing.
  const refused = await run("fetch('http://127.0.0.1:9/').then(() => 'sent', (e) => e.name)");
  if (refused !== "TypeError" || !problems.some((text) => text.includes("Content Security Policy"))) throw new Error(`the policy lets requests through: ${refused}`);
  const others = problems.filter((text) => !text.includes("Content Security Policy"));
  if (others.length > 0) throw new Error(others.join("\n"));
  console.log(`  no request left the page; Ed25519 in this browser: ${ed25519}`);
} catch (error) {
  console.error(`FAILED: ${error.message}\n${problems.join("\n")}`);
  process.exitCode = 1;
} finally {
  browser.kill();
}
