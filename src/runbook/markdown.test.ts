import { describe, expect, it } from 'vitest';
import { parseRunbook } from './blocks.ts';

/** A section of about 8 KiB. */
function section(index: number, body: readonly string[]): string {
  return [`## Section ${index}`, '', `${'Some words about it. '.repeat(390)}`, '', ...body, '', ''].join('\n');
}

const fence = ['```bash', 'echo', '# no heading', '```'];

describe('a long runbook', () => {
  it('has the lines and blocks of its parts', () => {
    const long = parseRunbook('a.md', Array.from({ length: 40 }, (_, index) => section(index, fence)).join(''));
    const lines = long.source.split('\n');
    expect(long.blocks).toHaveLength(40);
    for (const block of long.blocks) expect([lines[block.line - 1], lines[block.endLine - 1], block.textLines.map((line) => lines[line - 1])]).toEqual(['```bash', '```', block.text.split('\n')]);
    expect(long.blocks.map(({ reference }) => reference)).toEqual(Array.from({ length: 40 }, (_, index) => `#section-${index}[1]`));
  });

  it.each([
    ['a fence that only just opened', ['```bash', `#${' no heading'.repeat(9000)}`, '```', '', '```bash', '# none either', '```']],
    ['an open fence', ['```bash', '# no heading'.repeat(9000), '# none either', '```']],
    ['an open comment', ['<!--', '# no heading'.repeat(9000), '', '# none either', '-->']],
    ['open HTML', ['<div>', '# no heading'.repeat(9000), '# none either', '</div>']],
  ])('is not cut in %s', (_what, body) => {
    const long = parseRunbook('a.md', section(0, body) + section(1, fence) + section(2, fence));
    expect(long.headings.map(({ anchor }) => anchor)).toEqual(['section-0', 'section-1', 'section-2']);
    expect(long.source.split('\n')[(long.blocks.at(-1)?.line ?? 0) - 1]).toBe('```bash');
  });

  it('is not cut in front matter', () => {
    expect(parseRunbook('a.md', `---\n${'# a comment in YAML\n'.repeat(4000)}---\n# A\n`).headings.map(({ line }) => line)).toEqual([4003]);
  });

  it('is not cut between a list and what it says in all', () => {
    const list = Array.from({ length: 4000 }, (_, index) => `${index + 1}. item\n`).join('');
    expect(parseRunbook('a.md', `# A\n\n${list}\n   \`\`\`sh\n   ls\n   \`\`\`\n# B\n`).blocks).toMatchObject([{ line: 4004, text: 'ls' }]);
  });

  it('is read in time that grows with its length', { timeout: 30_000 }, () => {
    const one = Array.from({ length: 64 }, (_, index) => `## Section ${index}\n\nSome words.\n\n- a\n- b\n\n${fence.join('\n')}\n\n`).join('').repeat(4);
    parseRunbook('a.md', one);
    const short = seconds(() => parseRunbook('a.md', one));
    const long = seconds(() => parseRunbook('a.md', one.repeat(8)));
    // Eight times the text; twice that for caches that it no longer fits into.
    expect(long / short).toBeLessThan(16);
  });
});

/** Of the processor, the best of three runs: what else the machine does meanwhile is not counted. */
function seconds(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return Math.min(...times);
}
