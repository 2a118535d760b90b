/** Writes the tables of inputs and outputs in the documents from the files that declare them; with `--check` it changes nothing and exits 1 when they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** Document → what has tables in it, each between `<!-- tables: FILE -->` and `<!-- /tables -->`. */
const documents = {
  'README.md': ['action.yml'],
  'docs/inputs-and-outputs.md': ['action.yml', 'publish/action.yml', 'comment/action.yml', '.github/workflows/restore-drill.yml'],
};

const declared = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.union([z.string(), z.boolean(), z.number()]).optional() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })).default({}),
});
/** An action declares them at its top, a reusable workflow where it says that it can be called. */
const source = z.union([declared, z.object({ on: z.object({ workflow_call: declared }) }).transform((workflow) => workflow.on.workflow_call)]);

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

function tables(file: string): string {
  const { inputs, outputs } = source.parse(parse(readFileSync(file, 'utf8')));
  const inputRows = Object.entries(inputs).map(([name, input]) => `| \`${name}\` | ${cell(input.description)} | ${code(String(input.default ?? ''))} |`);
  const outputRows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`);
  const outputTable = outputRows.length === 0 ? [] : ['', '| Output | What it is |', '| --- | --- |', ...outputRows];
  return ['| Input | What it is | Default |', '| --- | --- | --- |', ...inputRows, ...outputTable].join('\n');
}

function withTables(document: string, text: string, file: string): string {
  const start = `<!-- tables: ${file} -->\n`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- /tables -->', from);
  if (from === -1 || to === -1) throw new Error(`${document} has no <!-- tables: ${file} --> … <!-- /tables -->`);
  return `${text.slice(0, from)}${start}${tables(file)}\n${text.slice(to)}`;
}

for (const [document, files] of Object.entries(documents)) {
  const before = readFileSync(document, 'utf8');
  const after = files.reduce((text, file) => withTables(document, text, file), before);
  if (!process.argv.includes('--check')) writeFileSync(document, after);
  else if (after !== before) {
    console.error(`${document}: its tables of inputs and outputs are stale: expected what ${files.join(', ')} say. Run \`node scripts/readme-tables.ts\`.`);
    process.exitCode = 1;
  }
}
