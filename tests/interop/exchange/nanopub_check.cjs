// Asks @nanopub/sign of every file of a folder whether it is a valid nanopublication.
const fs = require('fs');
const path = require('path');
const { Nanopub } = require(path.join(__dirname, 'node_modules/@nanopub/sign/node.cjs'));
const folder = process.argv[2];
let checked = 0;
for (const name of fs.readdirSync(folder).filter((f) => f.endsWith('.trig')).sort()) {
  try {
    new Nanopub(fs.readFileSync(path.join(folder, name), 'utf8')).check();
    checked += 1;
  } catch (error) {
    console.error(`${name}: ${error}`);
    process.exit(1);
  }
}
console.log(`  @nanopub/sign: ${checked} valid`);
