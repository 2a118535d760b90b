import { describe, expect, it } from 'vitest';
import { blockLines, findQuote, resolveReference } from './references.ts';
import type { Block } from './types.ts';
import { parseRunbook } from './blocks.ts';

const source = `\`\`\`sh
first
\`\`\`

# Restore

Run \`sudo chown   1000:1000
/srv/data\` before, never \`rm -rf /srv/data/old\`.

> Then call \`systemctl
> restart app\` once.

\`\`\`sh
a
\`\`\`

## Volumes

\`\`\`sh {"name":"volumes-back"}
b
\`\`\`

\`\`\`bash
\`\`\`

## Configuration

\`\`\`json
{"data-root":"/data"}
\`\`\`

### Only this

\`\`\`ini {"name":"unit"}
[Unit]
\`\`\`

# Check

\`\`\`console
$ one \\
  more
output
$ two
\`\`\`

## Mixed

\`\`\`yaml
a: 1
\`\`\`

\`\`\`sh
e
\`\`\`

## clash

\`\`\`sh {"name":"clash"}
f
\`\`\`
`;
const runbook = parseRunbook('docs/restore.md', source);
const other = parseRunbook('docs/other/second.md', '# Check\n\n```sh\nelsewhere\n```\n\n# Empty\n');

function resolved(reference: string, among: 'shell' | 'fenced' = 'shell', runbooks = [runbook]): unknown {
  const result = resolveReference(runbooks, reference, { among });
  return 'problem' in result ? result : result.blocks.map(({ text }, index) => `${result.names[index]} ${text}`);
}

function lineOf(text: string): number {
  return source.slice(0, source.indexOf(text)).split('\n').length;
}

describe('a reference', () => {
  it.each([
    ['#volumes-back', ['#volumes-back b']],
    ['#volumes', ['#volumes-back b', '#volumes[2] ']],
    ['#restore', ['#restore[1] a', '#volumes-back b', '#restore[3] ']],
    ['#restore[1]', ['#restore[1] a']],
    ['#restore[2]', ['#volumes-back b']],
    ['#volumes[2]', ['#volumes[2] ']],
    ['#mixed', ['#mixed[1] e']],
    ['#[1]', ['#[1] first']],
    ['restore.md#volumes[2]', ['restore.md#volumes[2] ']],
    ['docs/restore.md#restore[1]', ['docs/restore.md#restore[1] a']],
    ['./docs/restore.md#volumes-back', ['#volumes-back b']],
  ])('%s selects', (reference, expected) => {
    expect(resolved(reference)).toEqual(expected);
  });

  it('resolves each reference that the listing prints', () => {
    for (const block of runbook.blocks.filter(({ name }) => name !== 'clash')) {
      const result = resolveReference([runbook], block.reference);
      expect('blocks' in result && result.blocks).toEqual([block]);
    }
  });

  it('may be percent-encoded', () => {
    const german = parseRunbook('a.md', '# Über\n```sh\na\n```');
    expect(resolved('#%C3%BCber', 'shell', [german])).toEqual(['#über[1] a']);
  });

  it.each([
    ['#volume-bakc', ['#volumes-back']],
    ['#restor', ['#restore[1]', '#restore']],
    ['#mixd[4]', ['#mixed[1]', '#mixed']],
    ['volumes-back', ['#volumes-back']],
  ])('%s to nothing names the nearest', (reference, candidates) => {
    const result = resolveReference([runbook], reference);
    expect(result).toMatchObject({ problem: 'nothing' });
    expect('candidates' in result && result.candidates).toEqual(expect.arrayContaining(candidates));
  });

  it.each([
    ['#restore[4]', 'under docs/restore.md:5 stand 3, counted from 1', ['#restore[1]', '#restore[2]', '#restore[3]']],
    ['#restore[0]', 'counted from 1', ['#restore[1]', '#restore[2]', '#restore[3]']],
    ['#configuration', 'no shell block stands under', []],
    ['#unit', 'is no shell block: docs/restore.md:34 is ini', []],
    ['nowhere.md#restore', 'no runbook is "nowhere.md"', ['docs/restore.md#restore']],
  ])('%s says why it selects nothing', (reference, message, candidates) => {
    const result = resolveReference([runbook], reference);
    expect(result).toMatchObject({ problem: 'nothing', message: expect.stringContaining(message) });
    expect('candidates' in result && result.candidates).toEqual(expect.arrayContaining(candidates));
  });

  it('that is a name and an anchor is ambiguous where they mean different blocks', () => {
    const twoBlocks = parseRunbook('r.md', '# Backup\n\n```sh {"name":"backup"}\nf\n```\n\n```sh\ng\n```\n');
    expect(resolveReference([twoBlocks], '#backup')).toMatchObject({ problem: 'ambiguous', candidates: ['#backup[1]', '#backup[2]'] });
    const oneBlock = parseRunbook('r.md', '# Backup\n\n```sh {"name":"backup"}\nf\n```\n');
    expect(resolveReference([oneBlock], '#backup')).toMatchObject({ names: ['#backup'] });
  });

  it('that two runbooks have is ambiguous without the file', () => {
    const both = [runbook, other];
    expect(resolved('#check', 'shell', both)).toMatchObject({ problem: 'ambiguous', candidates: expect.arrayContaining(['docs/restore.md#check[1]', 'docs/other/second.md#check[1]']) });
    expect(resolved('second.md#check', 'shell', both)).toEqual(['second.md#check[1] elsewhere']);
    expect(resolved('#volumes', 'shell', both)).toHaveLength(2);
  });

  it('takes no file whose name only ends alike', () => {
    expect(resolved('ore.md#check')).toMatchObject({ problem: 'nothing' });
  });
});

describe('a reference to any block', () => {
  it.each([
    ['#unit', ['#unit [Unit]']],
    ['#configuration[1]', ['#configuration[1] {"data-root":"/data"}']],
    ['#volumes-back', ['#volumes-back b']],
    ['#restore[1]', ['#restore[1] a']],
  ])('%s selects', (reference, expected) => {
    expect(resolved(reference, 'fenced')).toEqual(expected);
  });

  it('is ambiguous where counting shell blocks gives another', () => {
    expect(resolved('#mixed[1]', 'fenced')).toMatchObject({ problem: 'ambiguous' });
    expect(resolved('#mixed', 'fenced')).toMatchObject({ problem: 'ambiguous' });
  });
});

describe('a quote', () => {
  it('is found whatever its white space, with the line where it stands', () => {
    expect(findQuote([runbook], 'sudo chown 1000:1000 /srv/data', '#restore')).toMatchObject({ file: 'docs/restore.md', line: 7, text: 'sudo chown 1000:1000 /srv/data', textLines: [7] });
    expect(findQuote([runbook], ' sudo chown 1000:1000\n/srv/data\n', '#restore')).toMatchObject({ text: 'sudo chown 1000:1000\n/srv/data', textLines: [7, 8] });
    expect(findQuote([runbook], 'systemctl restart app', 'restore.md#restore')).toMatchObject({ line: 10 });
  });

  it('is found under deeper headings, in blocks, and in CRLF', () => {
    expect(findQuote([runbook], 'b', '#restore')).toMatchObject({ line: lineOf('\nb\n') + 1 });
    const windows = parseRunbook('a.md', source.replaceAll('\n', '\r\n'));
    expect(findQuote([windows], 'systemctl restart app', '#restore')).toMatchObject({ line: 10 });
  });

  it.each([
    ['elsewhere', '#restore'],
    ['output', '#restore'],
    ['first', '#restore'],
    ['rm -rf /srv/data', '#restore'],
    ['', '#restore'],
  ])('%j does not stand under %s', (quote, heading) => {
    expect(findQuote([runbook], quote, heading)).toMatchObject({ problem: 'nothing', message: expect.stringContaining('does not stand under docs/restore.md:5') });
  });

  it('needs one heading', () => {
    expect(findQuote([runbook], 'b', '#restor')).toMatchObject({ problem: 'nothing', candidates: ['#restore'] });
    expect(findQuote([runbook, other], 'two', '#check')).toMatchObject({ problem: 'ambiguous' });
  });
});

describe('lines', () => {
  function block(index: number): Block {
    const found = runbook.blocks[index];
    if (found === undefined) throw new Error(`no block ${index}`);
    return found;
  }
  const console = runbook.blocks.findIndex(({ language }) => language === 'console');
  const fence = lineOf('```console');

  it('select a part with a line and a hash of its own', () => {
    expect(blockLines(block(console), `${fence + 1}-${fence + 2}`)).toMatchObject({ line: fence + 1, text: 'one \\\n  more', textLines: [fence + 1, fence + 2] });
    const [last] = [blockLines(block(console), `${fence + 4}`)];
    expect(last).toMatchObject({ line: fence + 4, text: 'two', textLines: [fence + 4], marks: [] });
    expect('sha256' in last && last.sha256).not.toBe(block(console).sha256);
  });

  it('judge placeholders anew', () => {
    const [marked] = parseRunbook('a.md', '```sh\nok\ncp <file> x\n```').blocks;
    expect(marked && blockLines(marked, '2')).toMatchObject({ marks: [] });
    expect(marked && blockLines(marked, '3')).toMatchObject({ marks: ['placeholder'] });
  });

  it.each([`${fence}`, `${fence - 1}-${fence + 1}`, `${fence + 4}-${fence + 5}`, '1'])('%s do not lie in the block', (lines) => {
    expect(blockLines(block(console), lines)).toMatchObject({ problem: 'nothing', message: expect.stringContaining('are not all inside the block #check[1]'), candidates: [`${fence + 1}-${fence + 4}`] });
  });

  it('are refused when they are none, turned round or output', () => {
    expect(blockLines(block(console), 'a-b')).toMatchObject({ message: expect.stringContaining('neither a line') });
    expect(blockLines(block(console), `${fence + 2}-${fence + 1}`)).toMatchObject({ candidates: [`${fence + 1}-${fence + 2}`] });
    expect(blockLines(block(console), `${fence + 3}`)).toMatchObject({ message: expect.stringContaining('output') });
  });
});
