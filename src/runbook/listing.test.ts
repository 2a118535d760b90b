import { describe, expect, it } from 'vitest';
import { blocksJson, blocksText } from './listing.ts';
import { parseRunbook } from './blocks.ts';

const runbook = parseRunbook('a.md', ['```sh', 'first', '```', '# A', '```bash {"name":"x"}', '# note', 'ls\t\u001B[31m-l', '```', 'text', '', '    ```sh', '', '    ```', '```yaml', 'a: 1', '```', '```sh', 'cp /path/to/x', '```'].join('\n'));

describe('the listing of blocks', () => {
  it('has a line for each shell block, inert', () => {
    expect(blocksText(runbook)).toBe('1\t#[1]\tsh\t\tfirst\n5\t#x\tbash\t\tls  [31m-l\n11\t#a[2]\tsh\tempty,broken-fence\t\n17\t#a[3]\tsh\tplaceholder\tcp /path/to/x\n');
  });

  it('is empty without blocks', () => {
    expect(blocksText(parseRunbook('a.md', '# A\n'))).toBe('');
    expect(blocksJson(parseRunbook('a.md', '# A\n'))).toBe('[]\n');
  });

  it('has all of a block in JSON', () => {
    const listed: unknown = JSON.parse(blocksJson(runbook));
    expect(listed).toMatchObject([{ heading: null }, { line: 5, reference: '#x', heading: 'A', language: 'bash', marks: [], text: '# note\nls\t\u001B[31m-l' }, { marks: ['empty', 'broken-fence'] }, {}]);
    expect(Array.isArray(listed) && Object.keys(listed[0])).toEqual(['line', 'reference', 'heading', 'language', 'sha256', 'marks', 'text']);
  });
});
