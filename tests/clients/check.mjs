// What html-validate and caniemail say of the HTML files of a folder: node check.mjs FOLDER
// Prints a list of complaints as JSON, each with its file, its tool, what it is about, and its words.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { caniemail } from "caniemail";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const folder = process.argv[2];
const validator = new HtmlValidate(new StaticConfigLoader({ root: true, extends: ["html-validate:recommended"] }));
const complaints = [];
for (const file of readdirSync(folder).filter(name => name.endsWith(".html")).sort()) {
  const html = readFileSync(join(folder, file), "utf8");
  const report = await validator.validateString(html, file);
  for (const { messages } of report.results)
    for (const one of messages)
      complaints.push({ file, tool: "html-validate", about: one.ruleId, words: `line ${one.line}: ${one.message}` });
  if (file.startsWith("page-")) continue; // no letter
  const { issues } = caniemail({ clients: ["*"], html });
  for (const kind of ["errors", "warnings"])
    for (const [client, found] of issues[kind])
      for (const one of found)
        complaints.push({ file, tool: "caniemail", about: one.title, words: `${kind}: ${client}` });
}
console.log(JSON.stringify(complaints));
