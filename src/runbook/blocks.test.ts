import { describe, expect, it } from 'vitest';
import { type Runbook, RunbookError, parseRunbook } from './blocks.ts';

function read(...lines: readonly string[]): Runbook {
  return parseRunbook('docs/restore.md', lines.join('\n'));
}

/** Line, reference and text of each shell block. */
function summary(runbook: Runbook): readonly [number, string, string][] {
  return runbook.blocks.map(({ line, reference, text }) => [line, reference, text]);
}

/** Commands of a console block that begins in line 1, and their lines. */
function commands(...lines: readonly string[]): [string, readonly number[]] | undefined {
  const [block] = read('```console', ...lines, '```').blocks;
  return block && [block.text, block.textLines];
}

function anchors(...lines: readonly string[]): readonly string[] {
  return read(...lines).headings.map(({ anchor }) => anchor);
}

function errorOf(...lines: readonly string[]): RunbookError {
  try {
    read(...lines);
  } catch (error) {
    if (error instanceof RunbookError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('blocks', () => {
  it('have the file line of each of their lines', () => {
    const [block] = read('# Copy', '', '```bash', 'set -e', '', 'tar c . > a.tar', '```').blocks;
    expect(block).toMatchObject({ file: 'docs/restore.md', line: 3, endLine: 7, text: 'set -e\n\ntar c . > a.tar', textLines: [4, 5, 6], language: 'bash', name: null, marks: [], reference: '#copy[1]' });
    expect(block?.heading).toEqual({ text: 'Copy', anchor: 'copy', depth: 1, line: 1 });
  });

  it.each(['bash', 'sh', 'shell', 'console', 'shell-session', 'Bash'])('are those in %s', (language) => {
    expect(read('```' + language, '$ ls', '```').blocks).toHaveLength(1);
  });

  it.each(['', 'yaml', 'text', 'hcl', 'bashful', 'powershell'])('are not those in %j, which are kept as fenced', (language) => {
    const runbook = read('```' + language, 'a', '```');
    expect(runbook.blocks).toEqual([]);
    expect(runbook.fenced).toHaveLength(1);
  });

  it('without a language are shell only with a name', () => {
    expect(summary(read('```{"name":"a"}', 'ls', '```', '```', 'ls', '```'))).toEqual([[1, '#a', 'ls']]);
  });

  it('are found in lists, quotes and footnotes, with tildes and indented', () => {
    const runbook = read(
      '## Steps',
      '1. first',
      '',
      '   ```sh',
      '   a',
      '     b',
      '   ```',
      '   - deeper',
      '     ~~~~bash',
      '     ```',
      '     ~~~~',
      '> - # Quoted',
      '>   ```sh',
      '>   c',
      '>   ```',
      '',
      '  ```sh',
      '    d',
      '  ```',
      '',
      'Text[^n]',
      '',
      '[^n]: note',
      '',
      '    ```sh',
      '    e',
      '    ```',
    );
    expect(summary(runbook)).toEqual([
      [4, '#steps[1]', 'a\n  b'],
      [9, '#steps[2]', '```'],
      [13, '#quoted[1]', 'c'],
      [17, '#quoted[2]', '  d'],
      [25, '#quoted[3]', 'e'],
    ]);
  });

  it('are the same with CRLF and a byte order mark', () => {
    const lines = ['---', 'title: x', '---', '# A', '```sh', 'a', '', 'b', '```', '````sh', '````'];
    const plain = read(...lines);
    const windows = parseRunbook('docs/restore.md', `\uFEFF${lines.join('\r\n')}\r\n`);
    expect(windows.blocks).toEqual(plain.blocks);
    expect(windows.headings).toEqual(plain.headings);
    expect(windows.sha256).not.toBe(plain.sha256);
  });

  it('hash the UTF-8 of their text, and the runbook that of its file', () => {
    const runbook = parseRunbook('a.md', '```sh\nabc\n```');
    expect(runbook.blocks[0]?.sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(parseRunbook('a.md', 'abc').sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('are not looked for in front matter, comments, indented text or longer fences', () => {
    const runbook = read('---', 'a: |', '  ```sh', '---', '<!--', '```sh', '-->', '', '    ls', '', '````md', '```sh', 'ls', '```', '````');
    expect(runbook.blocks).toEqual([]);
  });

  it('keep a heading in front matter from being one', () => {
    expect(read('+++', '# no', '+++', '# yes').headings.map(({ anchor }) => anchor)).toEqual(['yes']);
  });

  it('are empty without a command, which a comment or output is not told to be', () => {
    const runbook = read('```sh', '```', '```sh', '', '```', '```sh', '# later', '```', '```console', 'output', '```');
    expect(runbook.blocks.map(({ marks }) => marks)).toEqual([['empty'], ['empty'], [], ['empty']]);
  });

  it('are marked where a person must fill something in', () => {
    expect(read('```sh', 'restore /path/to/backup', '```').blocks[0]?.marks).toEqual(['placeholder']);
  });
});

describe('console blocks', () => {
  it('give their commands alone', () => {
    expect(commands('$ ls', 'a  b', '', '$ echo "$HOME"', '/root', '# root prompt', '$5')).toEqual(['ls\necho "$HOME"', [2, 5]]);
  });

  it('take the lines that a command goes on with', () => {
    expect(commands('$ for i in 1; do', '>   echo $i', '> done', '1')).toEqual(['for i in 1; do\n  echo $i\ndone', [2, 3, 4]]);
    expect(commands('$ tar c \\', '    -f a', 'out')).toEqual(['tar c \\\n    -f a', [2, 3]]);
    expect(commands('$ cat <<EOF', '> a', '>', '> EOF', 'a')).toEqual(['cat <<EOF\na\n\nEOF', [2, 3, 4, 5]]);
    expect(commands("$ sh -c '", 'id', "'", 'uid')).toEqual(["sh -c '\nid\n'", [2, 3, 4]]);
  });

  it('take no output that looks like a continuation', () => {
    expect(commands('$ curl -v x', '> GET / HTTP/1.1', '$ ls')).toEqual(['curl -v x\nls', [2, 4]]);
    expect(commands('$ echo it)s', 'out', '$ ls')).toEqual(['echo it)s\nls', [2, 4]]);
  });
});

describe('names', () => {
  it.each([
    ['```sh {"name":"x","timeout":"10m","interactive":false}', { name: 'x', timeout: '10m', interactive: 'false' }],
    ['```sh { name=x timeout="10 m" }', { name: 'x', timeout: '10 m' }],
    ['```sh title="a {name=b}" {"name":"x\\"y"}', { name: 'x"y' }],
    ['```sh{"name":"x"}', { name: 'x' }],
    ['~~~ sh {name=x}', { name: 'x' }],
    ['```sh {1,3-5} showLineNumbers', {}],
    ['```sh {.bash #id}', {}],
    ['```sh', {}],
  ])('come from the fence %s', (fence, attributes) => {
    const [block] = read(fence, 'ls', fence.slice(0, 3)).blocks;
    expect(block?.language).toBe('sh');
    expect(block?.attributes).toEqual(attributes);
  });

  it('come from the comment on the line above, in lists and quotes too', () => {
    const runbook = read('<!-- drill: {"name":"a","timeout":"5m"} -->', '```sh', 'ls', '```', '- <!-- drill: {"name":"b"} -->', '  ```', '  ls', '  ```', '> <!-- drill: {"name":"c"} -->', '> ```sh', '> ls', '> ```');
    expect(summary(runbook)).toEqual([
      [2, '#a', 'ls'],
      [6, '#b', 'ls'],
      [10, '#c', 'ls'],
    ]);
    expect(runbook.blocks[0]?.attributes).toEqual({ name: 'a', timeout: '5m' });
  });

  it('come from no other line and no other comment', () => {
    expect(summary(read('<!-- drill: {"name":"a"} -->', '', '```sh', 'ls', '```', '<!-- drill:benchmark -->', '```sh', 'ls', '```'))).toEqual([
      [3, '#[1]', 'ls'],
      [7, '#[2]', 'ls'],
    ]);
  });

  it('given twice are an error at the second', () => {
    expect(errorOf('```sh {"name":"a"}', '```', '', '```yaml { name=a }', '```')).toMatchObject({ line: 4, file: 'docs/restore.md', message: 'the name "a" is given twice' });
  });

  it('are an error where the comment is no JSON object', () => {
    expect(errorOf('# A', '<!-- drill: name=x -->', '```sh', '```')).toMatchObject({ line: 2, got: '<!-- drill: name=x -->' });
  });
});

describe('a fence that is never closed', () => {
  it('is an error at its line', () => {
    expect(errorOf('# A', '', '```bash', 'ls', '# not a heading')).toMatchObject({ line: 3, message: 'this fence is never closed' });
  });

  it('is told at the first, where its list ended before it was closed', () => {
    expect(errorOf('1. a', '', '   ```bash', '   ls', ' ```', 'text')).toMatchObject({ line: 3 });
  });

  it('is one for any language, and closed only by as many of the same sign', () => {
    expect(errorOf('````yaml', 'a', '```', '~~~~')).toMatchObject({ line: 1 });
    expect(read('```yaml', 'a', '`````').fenced).toHaveLength(1);
  });
});

describe('a fence that nesting broke', () => {
  const broken = ['# R', '1. one:', '', '   ```sh', '   a', '   ```', '', '2. two:', '', '**later**', '', '    ```bash', '      b', '', '    c', '    ```', '', '3. three:', '', '   ```sh', '   d', '   ```'];

  it('is a block with a mark, counted in its place', () => {
    const runbook = read(...broken);
    expect(summary(runbook)).toEqual([
      [4, '#r[1]', 'a'],
      [12, '#r[2]', '  b\n\nc'],
      [20, '#r[3]', 'd'],
    ]);
    expect(runbook.blocks.map(({ marks }) => marks)).toEqual([[], ['broken-fence'], []]);
    expect(runbook.blocks[1]).toMatchObject({ language: 'bash', textLines: [13, 14, 15], endLine: 16 });
  });

  it('may be empty, have a name, and stand next to another', () => {
    const runbook = read('text', '', '    <!-- drill: {"name":"a"} -->', '    ```sh', '', '    ```', '', '    ~~~console', '    $ ls', '    x', '    ~~~');
    expect(runbook.blocks.map(({ line, name, text, marks }) => ({ line, name, text, marks }))).toEqual([
      { line: 4, name: 'a', text: '', marks: ['empty', 'broken-fence'] },
      { line: 8, name: null, text: 'ls', marks: ['broken-fence'] },
    ]);
  });

  it('is not what stands in a list after indented code, at whatever number it goes on', () => {
    const runbook = read('text', '', '    plain', '', '4. four:', '', '    ```bash', '    a', '    ```', '', '5. five:', '   ```bash', '   b', '   ```', '', 'text', '', '    plain', '', '12. twelve', '', '    ```sh', '    c', '    ```');
    expect(runbook.blocks.map(({ line, text, marks }) => [line, text, marks])).toEqual([
      [7, 'a', []],
      [12, 'b', []],
      [22, 'c', []],
    ]);
  });

  it('is only text in another language without an end, but an error in shell', () => {
    expect(read('text', '', '    ```', '    anything').fenced).toEqual([]);
    expect(errorOf('text', '', '    ```bash', '    ls')).toMatchObject({ line: 3 });
  });
});

describe('headings', () => {
  it('get the anchors of GitHub', () => {
    expect(anchors('# Back up & restore!', '## C: new host / fresh OS', '## C: new host / fresh OS', '## C: new host / fresh OS', '### Über `ls -l` *now*', '### 1. [Link](x) ~~old~~ ![alt](y) <br> a\\_b #', 'Set', 'ext', '---', '# 日本 語')).toEqual([
      'back-up--restore',
      'c-new-host--fresh-os',
      'c-new-host--fresh-os-1',
      'c-new-host--fresh-os-2',
      'über-ls--l-now',
      '1-link-old---a_b',
      'set-ext',
      '日本-語',
    ]);
  });

  it('know links by reference, and words in brackets that are none', () => {
    expect(anchors('# See [this][here] [not][there]', '', '[here]: https://example.org')).toEqual(['see-this-notthere']);
  });

  it('are told with line and depth', () => {
    expect(read('', '## A', 'B', '===').headings).toEqual([
      { text: 'A', anchor: 'a', depth: 2, line: 2 },
      { text: 'B', anchor: 'b', depth: 1, line: 3 },
    ]);
  });
});

describe('MDX', () => {
  const lines = ["import Tabs from '@theme/Tabs'", '', 'export const a = {', '  b: 1,', '};', '', '# {props.title} A', '', '<Tabs>', '  <TabItem value="x">', '    ```bash', '    ls', '    ```', '  </TabItem>', '</Tabs>', '', '{/* drill: {"name":"n"} */}', '```sh', 'pwd', '```'];

  it('has its fences between tags', () => {
    const runbook = parseRunbook('docs/restore.mdx', lines.join('\n'));
    expect(runbook.blocks.map(({ line, text, name, marks }) => [line, text, name, marks])).toEqual([
      [11, 'ls', null, []],
      [18, 'pwd', 'n', []],
    ]);
  });

  it('is tolerated as Markdown', () => {
    expect(parseRunbook('docs/restore.md', lines.join('\n')).blocks.map(({ line }) => line)).toEqual([18]);
  });
});
