/** What the shell's grammar says about a block's text: whether it is complete, and which of it is comment. */
import { forEachChild, parse, type ParsedScript, type SyntaxNode } from 'unbash';

/** Visits a node and all below it, scripts in `$(…)` included; not those in backticks, whose positions are their own. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  forEachChild(node, (child) => {
    if (child.type !== 'Script' || child.source === undefined) walk(child, visit);
  });
}

/** Whether a terminal would run it rather than ask for more. */
export function isComplete(text: string): boolean {
  if (/(?<!\\)(?:\\\\)*\\$/.test(text)) return false;
  const script = parse(text);
  return !hasErrors(script) && !hasOpenHeredoc(script);
}

function hasErrors(script: ParsedScript): boolean {
  return (script.errors ?? []).length > 0;
}

function hasOpenHeredoc(script: ParsedScript): boolean {
  let open = false;
  walk(script, (node) => {
    if (node.type === 'HereDoc' && node.closing === undefined) open = true;
  });
  return open;
}

/**
 * The text with each comment, `#!` included, overwritten by spaces: all else stays where it is. A `#` in a string or a heredoc is no comment.
 * Text that is no valid shell loses only the lines that start with `#`.
 */
export function blankComments(text: string): string {
  const script = parse(text);
  if (hasErrors(script)) return text.replace(/^[ \t]*#.*$/gm, (comment) => ' '.repeat(comment.length));
  const inWords = wordMap(script, text.length);
  let result = '';
  let from = 0;
  for (const match of text.matchAll(/(?<=^|[\s;&|()<>])#[^\n]*/gm)) {
    // What one comment covers can hold no other.
    if (match.index < from || inWords[match.index] === 1) continue;
    result += text.slice(from, match.index) + ' '.repeat(match[0].length);
    from = match.index + match[0].length;
  }
  return result + text.slice(from);
}

/** 1 for each character inside a word, a heredoc, `[[ ]]` or `(( ))`: no comment starts there, but for scripts in `$(…)`. */
function wordMap(script: ParsedScript, length: number): Uint8Array {
  const map = new Uint8Array(length);
  walk(script, (node) => {
    if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') {
      const plain = node.script !== undefined && node.script.source === undefined;
      map.fill(plain ? 0 : 1, node.pos, node.end);
    } else if (node.type === 'Word' || node.type === 'HereDocBody' || node.type === 'TestCommand' || node.type === 'ArithmeticCommand') {
      map.fill(1, node.pos, node.end);
    }
  });
  return map;
}
