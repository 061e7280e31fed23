// Reads what was built as the oldest promised engine would: `node making/engines.mjs [FOLDER]`. Ends with 1 and says what
// that engine does not know.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { LATER, OLDEST } from "./oldest.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));
const faults = [];
let scripts = 0;
for (const name of readdirSync(folder, { recursive: true }).filter((one) => one.endsWith(".js")).sort()) {
  const text = readFileSync(join(folder, name), "utf8");
  const first = /(?:^|[/\\])first-/.test(name);
  scripts += 1;
  try {
    parse(text, first ? { ecmaVersion: 5 } : { ecmaVersion: OLDEST.ecmascript, sourceType: name.endsWith("worker.js") ? "script" : "module" });
  } catch (error) {
    faults.push(`${name}: ${error.message}, in ECMAScript ${first ? 5 : OLDEST.ecmascript}: ${text.slice(error.pos, error.pos + 60)}`);
  }
  for (const [pattern, what] of LATER) {
    const at = text.search(pattern);
    if (at >= 0) faults.push(`${name}: ${what} newer than Chromium ${OLDEST.chromium}: ${text.slice(Math.max(0, at - 30), at + 40)}`);
  }
}
if (scripts === 0) faults.push(`${folder}: no script`);
for (const fault of faults) console.error(fault);
if (faults.length === 0) console.log(`${scripts} scripts are read by Chromium ${OLDEST.chromium}`);
process.exitCode = faults.length > 0 ? 1 : 0;
