/** For tests: what hostile text has begun in a page of Markdown that GitHub shows. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';

const ours = new Set(['<br>', '<!-- -->', '<code>', '</code>']);
const linking = new Set(['image', 'inlineCode', 'linkReference', 'imageReference', 'footnoteReference', 'blockquote', 'thematicBreak']);
/** Lines of a diagram. */
const diagram = /^[\p{L}\p{N} ._/[\]%:,-]+$/u;

/** What GitHub looks for in each text of a page, when its Markdown is HTML: a person or team, a commit of somebody, an issue. */
const referring = /(?<![\w`])@[\w-]|\w@[\da-f]{7}|#\d|\bgh-\d/i;

/** Empty where text has stayed text. What stands between two texts, a comment too, keeps them apart. @param html elements that the page itself has. */
export function begunIn(markdown: string, html: readonly RegExp[] = []): readonly string[] {
  const begun: string[] = [];
  visit(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), (node) => {
    if (node.type === 'link') begun.push(`link: ${node.url}`);
    else if (linking.has(node.type)) begun.push(node.type);
    else if (node.type === 'text' && referring.test(node.value)) begun.push(`a reference: ${node.value}`);
    else if (node.type === 'html' && !ours.has(node.value) && !html.some((pattern) => pattern.test(node.value))) begun.push(`HTML: ${node.value}`);
    else if (node.type === 'code' && (node.lang !== 'mermaid' || !node.value.split('\n').every((line) => diagram.test(line)))) begun.push(`code: ${node.value}`);
  });
  return begun;
}
