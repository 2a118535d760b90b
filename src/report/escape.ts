/** Text from runbooks and programs is hostile: one function for each place that it is shown in. */
import { terminalText, visible } from '../drill/terminal-text.ts';

export { terminalText, visible } from '../drill/terminal-text.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const entity = (character: string): string => entities[character] ?? `&#${character.codePointAt(0) ?? 0};`;

/**
 * Text within a line of GitHub's Markdown, in a table cell too. Structure cannot come from character references,
 * so every character that could begin some is one. Lines become `<br>`.
 */
export function markdownText(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map(markdownLine)
    .join('<br>');
}

/**
 * What begins a link, a mention or a reference to an issue (`#1`, `GH-1`) in plain text. GitHub looks for these when the page is
 * HTML, and so in what an escape or a character reference stood for too; a comment beside it cuts the text in two.
 */
const linking = String.raw`:(?=\/\/)|(?<=\bwww)\.|@|#(?=\d)|(?<=\bgh)-(?=\d)`;

/** What could begin structure of its own, in a line or where the text happens to begin one; and emoji. */
const structure = [
  String.raw`[&<>\x60*[\]|~$\\]`,
  // Between letters an underscore means nothing, and names are full of them.
  String.raw`(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])`,
  String.raw`:(?=[a-z+-][\w+-]*:)`,
  // Lists, headings, rules and the lines under headings.
  String.raw`(?<=^\s*)(?:[-+](?=\s|$)|#(?=#*(?:\s|$))|[-=](?=[-=\s]*$))`,
  String.raw`(?<=^\s*\d+)[.)](?=\s|$)`,
].join('|');

const special = new RegExp(`(?<linking>${linking})|${structure}`, 'giu');

/** One pass: what one rule has written must not be taken for text by the next. */
function markdownLine(line: string): string {
  return visible(line).replace(special, (character: string, linked: string | undefined) => {
    if (linked === undefined) return entity(character);
    // A comment at the start of a line would begin a block of HTML; a dot never stands there.
    return character === '.' ? '<!-- -->.' : `${character}<!-- -->`;
  });
}

/** As `markdownText`, in the typeface of code. An HTML element, since a code span has no escapes for a pipe in a table. */
export const markdownCode = (text: string): string => (text.trim() === '' ? '' : `<code>${markdownText(text)}</code>`);

/** The message of a workflow command. */
export const commandData = (text: string): string => text.split(/\r?\n/).map((line) => terminalText(line).replaceAll('%', '%25')).join('%0A');

/** A property of a workflow command, such as its file. */
export const commandProperty = (text: string): string => terminalText(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Text of XML 1.0, one line; the entities are the writer's. Two code points that are no characters are not allowed in it at all. */
export const xmlText = (text: string): string => terminalText(text).replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);

/** Characters that act when a file is shown, and that JSON leaves as they are. */
const acting = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Every UTF-16 unit as its JSON escape: the same text to every parser. */
const escapedUnits = (character: string): string => Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');

/** JSON, indented, in which nothing acts when it is shown. */
export const inertJson = (value: unknown, indent = 2): string => JSON.stringify(value, null, indent).replace(acting, escapedUnits);
