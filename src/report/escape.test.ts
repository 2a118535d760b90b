import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { describe, expect, it } from 'vitest';
import { begunIn } from './golden/begun.ts';
import { commandData, commandProperty, markdownCode, markdownText, terminalText, visible } from './escape.ts';

const hostile = [
  '::error file=a,line=1::forged',
  '  ::set-output name=a::b',
  '::error file=a:1,title=b:c::forged ::notice::twice',
  'x\n::error::forged\n##[error]forged',
  '##[add-path]/tmp',
  '\u001b[31mred\u001b]8;;http://evil\u0007link',
  '\u009b31m \u0000 \u0008 \r gone',
  '\u202egnp.exe\u2066 \u200b \ufeff \u2028 \u2029',
  'a | b || c \\| d',
  '<script>alert(1)</script><img src=x onerror=alert(1)> &lt; &#60;',
  '<!-- comment --> <details><summary>',
  '`code` ``more`` ```\nfence\n```',
  '~~~\nfence',
  '*a* **b** _c_ __d__ ~~e~~ snake_case_name',
  '[link](javascript:alert(1)) ![image](http://evil/x.png) [ref][x] [^1] <http://evil>',
  'https://evil.example/a www.evil.example me@evil.example',
  '@someone and #123 and :smile: and $x^2$',
  '@org/team, (@someone) owner/app#1 someone#2 GH-12 gh-3 someone@c0ffee0 me@evil.example',
  '/close\n/assign @someone\nfixes #1, closes GH-1',
  '--> <!-- runbook-drill comment:b25l -->',
  '![pixel](https://evil.example/p.png?token) <img src=//evil.example>',
  '# heading',
  '- item\n- [ ] task',
  '+ item',
  '1. item',
  '1) item',
  '> quote',
  '===',
  '---',
  '| a | b |\n|---|---|\n| c | d |',
  '    indented',
  'trailing \\',
  '%0A::error::x%25',
  '"quoted" \'text\'',
];

/** Control characters, format characters, and separators that end lines. */
const acts = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('in a terminal and a log', () => {
  it.each(hostile)('%j is one line that nothing obeys', (text) => {
    const shown = terminalText(text);
    expect(shown).not.toMatch(acts);
    expect(shown).not.toMatch(/^\s*::\s*[a-z]/i);
    expect(shown).not.toContain('##[');
    expect(shown).not.toContain('::error');
  });

  it('leaves the rest as it is', () => {
    for (const text of ['std::vector', 'connect to ::1 port 80', 'a:b::c', 'naïve – “ok” 日本語', 'tar: x: Cannot open']) expect(terminalText(text)).toBe(text);
  });

  it('shows what it took away', () => {
    expect(visible('\u001b[31m\n\u202e\t.')).toBe('\\x1b[31m\\n\\u{202e} .');
  });
});

function textOf(markdown: string): string {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  let text = '';
  visit(tree, (node) => {
    if (node.type === 'text') text += node.value;
    else if (node.type === 'html') {
      expect(['<br>', '<!-- -->', '<code>', '</code>']).toContain(node.value);
      if (node.value === '<br>') text += '\n';
    } else expect(['root', 'paragraph', 'table', 'tableRow', 'tableCell', 'list', 'listItem', 'emphasis', 'break']).toContain(node.type);
    expect(node.type).not.toBe('emphasis');
  });
  return text;
}

const seenAs = (text: string): string => text.trim().split(/\r?\n/).map((line) => visible(line)).join('\n');

describe('in Markdown', () => {
  it.each(hostile)('%j is text, in a paragraph', (text) => expect(textOf(markdownText(text)).trim()).toBe(seenAs(text).trim()));

  it.each(hostile)('%j is text, in a list', (text) => {
    expect(textOf(`- **x** ${markdownText(text)}\n`.replace('**x** ', 'x '))).toBe(`x ${seenAs(text)}`.trim());
  });

  it.each(hostile)('%j stays in its cell, as text and as code', (text) => {
    for (const cell of [markdownText(text), markdownCode(text)]) {
      const tree = fromMarkdown(`| a | b |\n| --- | --- |\n| ${cell} | end |\n`, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
      const [table, ...rest] = tree.children;
      expect(rest).toEqual([]);
      expect(table?.type === 'table' && table.children.map((row) => row.children.length)).toEqual([2, 2]);
      expect(textOf(`| ${cell} | end |\n| --- | --- |\n`)).toBe(`${seenAs(text)}end`);
    }
  });

  it.each(hostile)('%j calls nobody, refers to no issue, and no robot obeys it', (text) => {
    for (const shown of [markdownText(text), markdownCode(text), `- **x** ${markdownText(text)}`]) {
      expect(begunIn(shown)).toEqual([]);
      // Robots read lines that begin with a slash.
      expect(shown.split('\n')).toHaveLength(1);
    }
  });

  it('leaves names as they are', () => expect(markdownText('compose_grafana-data: docs/a.md:12 exit 2')).toBe('compose_grafana-data: docs/a.md:12 exit 2'));
});

describe('in a workflow command', () => {
  it.each(hostile)('%j is one line', (text) => {
    for (const shown of [commandData(text), commandProperty(text)]) expect(shown).not.toMatch(acts);
    expect(commandProperty(text)).not.toMatch(/[:,]/);
  });

  it('keeps lines and per cents as the runner reads them back', () => {
    expect(commandData('50 %\nnext')).toBe('50 %25%0Anext');
    expect(commandProperty('a:b,c%\n')).toBe('a%3Ab%2Cc%25\\n');
  });
});
