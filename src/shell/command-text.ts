/** What a command is, read from its text alone: what it is called, whether it asks a question, and how bash would print it. */
import { forEachChild, parse } from 'unbash';
import type { Assignment, Command, CommandArgument, Redirection, SyntaxNode, Word } from 'unbash';

/** Words of a simple command from its name on; null for a word that only a run can tell. */
export type StaticWords = readonly (string | null)[];

/** The value of a word without expansions, else null. */
function staticValue(word: Word): string | null {
  return (word.parts ?? []).every((part) => isStatic(part)) ? word.value : null;
}

function isStatic(part: SyntaxNode): boolean {
  if (part.type === 'DoubleQuoted') return part.parts.every((inner) => isStatic(inner));
  return part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted';
}

export function staticWords(command: Command): StaticWords {
  const first = command.name === undefined ? [] : [staticValue(command.name)];
  return [...first, ...command.args.map((arg) => (arg.type === 'Word' ? staticValue(arg) : null))];
}

/** Programs that run another one and end with its status. */
const wrappers: Readonly<Record<string, string>> = {
  sudo: 'ugpCDRTh', env: 'uCS', timeout: 'ks', nice: 'n', ionice: 'cnp', nohup: '', setsid: '', stdbuf: 'ioe', chroot: '', command: '', builtin: '', exec: 'a', time: 'fo',
};

/** The words from the program that does the work on: behind `sudo -u x`, `env A=b`, `timeout 5`, paths cut off its name. */
export function programWords(words: StaticWords): StaticWords {
  const name = baseName(words[0] ?? null);
  const valued = name === null ? undefined : wrappers[name];
  if (valued === undefined || (name === 'command' && /^-[vV]/.test(words[1] ?? ''))) return name === null ? words : [name, ...words.slice(1)];
  let at = 1;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? null;
    if (word === '--') { at += 1; break; }
    if (word !== null && /^-\w$/.test(word) && valued.includes(word.slice(1))) at += 1;
    else if (word !== null && !word.startsWith('-') && !/^\w+=/.test(word)) break;
  }
  if (name === 'timeout' || name === 'chroot') at += 1;
  return at < words.length ? programWords(words.slice(at)) : [name];
}

function baseName(word: string | null): string | null {
  return word === null ? null : word.slice(word.lastIndexOf('/') + 1);
}

const hasFlag = (words: StaticWords, short: string, ...long: readonly string[]): boolean =>
  words.slice(1).some((word) => word !== null && (long.includes(word) || (/^-[A-Za-z0-9]+$/.test(word) && [...short].some((flag) => word.slice(1).includes(flag)))));

/** It asks a question: a status other than 0 is the answer no. */
export function isPureTest(words: StaticWords): boolean {
  const program = programWords(words);
  switch (program[0]) {
    case '[': case '[[': case '((': case 'test': case 'let': case 'expr': case 'type': case 'hash': case 'which': case 'read': case 'pgrep': case 'pidof': case 'getent':
      return true;
    case 'command':
      return hasFlag(program, 'vV');
    case 'grep': case 'egrep': case 'fgrep': case 'zgrep': case 'rg':
      return hasFlag(program, 'q', '--quiet', '--silent');
    case 'cmp':
      return hasFlag(program, 's', '--quiet', '--silent');
    case 'diff':
      return hasFlag(program, 'q', '--brief');
    case 'kill':
      return program[1] === '-0';
    case 'mountpoint':
      return hasFlag(program, 'q', '--quiet');
    case 'systemctl':
      return program.some((word) => word === 'is-active' || word === 'is-enabled' || word === 'is-failed');
    case 'git':
      return program.some((word) => word === '--quiet' || word === '--exit-code');
    default:
      return false;
  }
}

/** Status 1 is an answer of a program that worked: it found nothing, or a difference, or the number 0. */
export function isAnswer(words: StaticWords, status: number): boolean {
  if (status !== 1) return false;
  const name = programWords(words)[0];
  return name !== undefined && name !== null && /^(?:[efz]?grep|rg|diff|cmp|expr|let|\(\(|\[|\[\[|test|read)$/.test(name);
}

/** Arithmetic as a statement, `read -d ''`, and `wait` for what was killed: their status is no verdict on anything. */
export function isNeverAFailure(words: StaticWords, status: number): boolean {
  if (words[0] === 'wait') return wasKilled(status);
  if (status !== 1) return false;
  const name = words[0];
  if (name === '((' || name === 'let' || name === 'expr') return true;
  return name === 'read' && words.some((word, at) => word === '' && /^-\w*d$/.test(words[at - 1] ?? ''));
}

/** By SIGHUP, SIGINT, SIGKILL, SIGPIPE or SIGTERM. */
export const wasKilled = (status: number): boolean => [129, 130, 137, 141, 143].includes(status);

const isMaskerName = (name: string | null | undefined): boolean => name === 'true' || name === ':' || name === 'echo' || name === 'printf';
/** `true`, `:`, `echo`, `printf`: behind `||` they act on nothing. */
export const isMasker = (words: StaticWords): boolean => isMaskerName(words[0]);

/**
 * The same text for a command in its source and as bash prints it in BASH_COMMAND: blanks, `;`, continued lines, what stands in
 * `$(…)` and the bodies of here-documents do not count, and redirections stand behind the words.
 */
export function commandKey(command: Command, pipedStderr = false): string {
  const parts: readonly (CommandArgument | Redirection | Word)[] = [...command.prefix, ...(command.name === undefined ? [] : [command.name]), ...command.suffix];
  const texts: string[] = [];
  const redirections: string[] = pipedStderr ? ['2>&1'] : [];
  for (const part of parts) {
    if (part.type === 'Word' || part.type === 'Assignment') texts.push(wordKey(part));
    else redirections.push(redirectionKey(part));
  }
  return [...texts, ...redirections].join(' ');
}

function redirectionKey(redirection: Redirection): string {
  const { descriptor, operator } = redirection;
  let from = descriptor === undefined ? '' : descriptor.type === 'FileDescriptor' ? String(descriptor.value) : `{${descriptor.name}}`;
  if ((from === '1' && operator.startsWith('>')) || (from === '0' && operator.startsWith('<'))) from = '';
  if (redirection.type === 'HereDoc') return `${from}${operator}${redirection.delimiter?.text ?? ''}`;
  const target = redirection.target === undefined ? '' : wordKey(redirection.target);
  const both = operator === '>&' && !/^[\d-]/.test(target);
  return `${from}${both ? '&>' : operator}${target}`;
}

/** Key of a node that is not a simple command; `text` is its source. */
export function nodeKey(node: SyntaxNode, text: string): string {
  if (node.type === 'Subshell') return `(${commandsIn(node).map((command) => commandKey(command)).join('|')})`;
  if (node.type === 'For' || node.type === 'Select') {
    const words = node.wordlist === undefined ? ['"$@"'] : node.wordlist.map((word) => wordKey(word));
    return `${node.type.toLowerCase()} ${node.name.text} in ${words.join(' ')}`;
  }
  if (node.type === 'Case') return `case ${wordKey(node.word)}`;
  return cutSubstitutions(node, text);
}

const wordKey = (word: Word | Assignment): string => cutSubstitutions(word, word.text);

function cutSubstitutions(node: SyntaxNode, text: string): string {
  const cuts = substitutionsIn(node).map((part) => ({ from: part.pos - node.pos, to: part.end - node.pos }));
  let kept = text;
  for (const { from, to } of cuts.toReversed()) kept = `${kept.slice(0, from)}$()${kept.slice(to)}`;
  return kept.replace(/\\\n|[\s;]+/g, '');
}

type Substitution = Extract<SyntaxNode, { type: 'CommandExpansion' | 'ProcessSubstitution' | 'ArithmeticCommandExpansion' }>;

/** The outermost ones, in the order they run in. */
export function substitutionsIn(node: SyntaxNode): readonly Substitution[] {
  if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution' || node.type === 'ArithmeticCommandExpansion') return [node];
  const found: Substitution[] = [];
  forEachChild(node, (child) => found.push(...substitutionsIn(child)));
  return found;
}

function commandsIn(node: SyntaxNode): readonly Command[] {
  if (node.type === 'Command') return [node];
  const found: Command[] = [];
  forEachChild(node, (child) => found.push(...commandsIn(child)));
  return found;
}

/** The key of a command as bash printed it. Of `for` and `case` it prints the first line. */
export function printedKey(printed: string): { readonly key: string; readonly name: string | null } {
  const text = /^(?:for|select) /.test(printed) ? `${printed}; do :; done` : printed.startsWith('case ') ? `${printed} esac` : printed;
  const node = parse(text).commands[0]?.command;
  if (node === undefined || node.type === 'AndOr' || node.type === 'Pipeline') return { key: printed, name: null };
  if (node.type !== 'Command') return { key: nodeKey(node, text.slice(node.pos, node.end)), name: null };
  return { key: commandKey(node), name: node.name?.text ?? null };
}

/** `[ a = b ]`, `[ -n x ]` act on an empty text as they should; a number or a path that is not there is a failure. */
export function comparesText(words: StaticWords): boolean {
  if (words.some((word) => word !== null && /^-(?:eq|ne|lt|le|gt|ge|ef|nt|ot)$/.test(word))) return false;
  const operands = words.slice(1).filter((word) => word !== ']');
  return operands.length === 1 || operands.some((word) => word !== null && /^(?:[=!]?=|-[nz])$/.test(word));
}
