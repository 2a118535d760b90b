/** Writes the tables of inputs and outputs in the README from `action.yml`; with `--check` it changes nothing and exits 1 when they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const action = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
});

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

function tables(): string {
  const { inputs, outputs } = action.parse(parse(readFileSync('action.yml', 'utf8')));
  const inputRows = Object.entries(inputs).map(([name, input]) => `| \`${name}\` | ${cell(input.description)} | ${input.default === undefined ? '' : `\`${input.default}\``} |`);
  const outputRows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`);
  return ['| Input | What it is | Default |', '| --- | --- | --- |', ...inputRows, '', '| Output | What it is |', '| --- | --- |', ...outputRows].join('\n');
}

const before = readFileSync('README.md', 'utf8');
const markers = /(<!-- action -->\n)[\s\S]*?(\n?<!-- \/action -->)/;
if (!markers.test(before)) throw new Error('README.md has no <!-- action --> … <!-- /action -->');
const after = before.replace(markers, (_all, start: string, end: string) => `${start}${tables()}\n${end.trimStart()}`);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md: the tables of inputs and outputs are stale: expected what action.yml says. Run `node scripts/readme-tables.ts`.');
    process.exitCode = 1;
  }
} else writeFileSync('README.md', after);
