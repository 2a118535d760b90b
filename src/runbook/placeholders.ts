/**
 * Words that a person was meant to fill in: `<word>` in one piece, `/path/to/`, `YOUR_…`, `CHANGEME`, a lone `…`.
 * A block that has one is not run, so what only looks like one must not be taken for it: redirections, tags, here documents.
 */
import { blankComments } from './shell-syntax.ts';

export interface Placeholder {
  readonly token: string;
  /** Index of the line in the text, from 0: look it up in `textLines`. */
  readonly lineIndex: number;
}

const patterns: readonly RegExp[] = [
  // Not `<<EOF>`, `(?<group>` or `\<word>`.
  /(?<![<?\\])<[A-Za-z][\w.-]*>(?!>)/g,
  /\/path\/to\//g,
  /(?<![A-Za-z0-9_])YOUR_\w*/g,
  /(?<![A-Z0-9_])CHANGEME(?![A-Za-z0-9])/g,
  /(?<=^|\s)…(?=\s|$)/g,
  /^\s*\.\.\.\s*$/g,
];

/**
 * Placeholders in a block's text, in order. Comments are left out.
 * @param kind `other`: the block is no shell (a configuration file to be written), where comments are whole lines
 */
export function findPlaceholders(text: string, kind: 'shell' | 'other' = 'shell'): readonly Placeholder[] {
  if (!patterns.some((pattern) => new RegExp(pattern.source, 'm').test(text))) return [];
  const code = kind === 'shell' ? blankComments(text) : text.replace(/^[ \t]*(?:#|\/\/|;).*$/gm, '');
  return code.split('\n').flatMap((line, lineIndex) => tokensIn(line, code).map((token) => ({ token, lineIndex })));
}

function tokensIn(line: string, text: string): readonly string[] {
  return patterns
    .flatMap((pattern) => [...line.matchAll(pattern)].map((match) => ({ index: match.index, token: match[0].trim() })))
    .filter(({ index, token }) => !isOrdinary(token, line, index, text))
    .toSorted((a, b) => a.index - b.index)
    .map(({ token }) => token);
}

function isOrdinary(token: string, line: string, index: number, text: string): boolean {
  if (token.startsWith('<')) return isTag(token, text) || isPrintedByTools(token) || isRedirection(line, index, token);
  if (token === '…') return /^\s*(?:echo|printf)\b/.test(line);
  return isSearched(line, index);
}

/** `<html>` where `</html>` stands too, and elements that are never closed. */
function isTag(token: string, text: string): boolean {
  return text.includes(`</${token.slice(1)}`) || /^<(?:br|hr|img|meta|link|input)>$/i.test(token);
}

/** Docker prints `<none>` and `<missing>`; C and Perl have names of their own in angle brackets. */
function isPrintedByTools(token: string): boolean {
  return /^<(?:none|missing|nil|STDIN|[a-z0-9_]+\.h)>$/.test(token);
}

/** `cat <in>out`: after a space, and with the next word glued to it. A path after it (`<workspace>/compose`) speaks for a placeholder. */
function isRedirection(line: string, index: number, token: string): boolean {
  const before = line.slice(0, index);
  const after = line.slice(index + token.length);
  return /(?:^|[\s;&|()\d])$/.test(before) && !insideQuotes(before) && /^(?:[\w$"'&|~]|\/dev\/)/.test(after);
}

/** `grep CHANGEME .env` and `sed s/CHANGEME/…/` look for the word: they are how a runbook makes sure that it is gone. */
function isSearched(line: string, index: number): boolean {
  const before = line.slice(0, index);
  return /\b[ef]?grep(?:\s+-\S+)*\s+(?:"[^"]*|'[^']*|[^\s"']*)$/.test(before) || /\bsed\b[^|;]*\bs([/|#,])(?:(?!\1).)*$/.test(before);
}

function insideQuotes(before: string): boolean {
  return (before.split('"').length - 1) % 2 === 1 || (before.split("'").length - 1) % 2 === 1;
}
