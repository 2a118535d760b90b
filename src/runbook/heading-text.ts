/** The words of a heading and its anchor, as GitHub makes them. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfm } from 'micromark-extension-gfm';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import GithubSlugger from 'github-slugger';
import { toString } from 'mdast-util-to-string';
import type { Heading } from './types.ts';
import type { RawHeading } from './markdown-nodes.ts';

/** @param labels of link definitions: without them `[text][label]` would be no link */
export function readHeadings(raw: readonly RawHeading[], labels: readonly string[]): readonly Heading[] {
  const slugger = new GithubSlugger();
  return raw.map((heading) => {
    const text = plainText(heading.raw, labels);
    return { text, anchor: slugger.slug(text), depth: heading.depth, line: heading.line };
  });
}

function plainText(raw: string, labels: readonly string[]): string {
  const line = raw.replace(/\s*[\r\n]\s*/g, ' ').trim();
  if (!/[\\`*_[\]<&~]/.test(line)) return line;
  const definitions = line.includes('[') ? labels.map((label) => `\n\n[${label}]: <#>`).join('') : '';
  // Closed with a `#` of its own, so that one at the end of the words stays.
  const [heading] = fromMarkdown(`# ${line} #${definitions}`, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children;
  return heading === undefined ? line : toString(heading, { includeImageAlt: false, includeHtml: false }).trim();
}
