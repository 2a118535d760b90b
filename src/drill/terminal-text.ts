/** Text from runbooks and programs is hostile. What is printed in a terminal or a job's log must not act there. */

/** Control characters, and characters that reorder, hide or break lines without being seen. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u3164\uffa0\u115f\u1160]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': ' ' };

/** Every character that acts without being seen, as an escape that is seen: `\n`, `\x1b`, `\u{202e}`. One line. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return named[character] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`);
  });
}

/** Lines that are ours, made of texts that may not be. */
export const terminalLines = (text: string): string => text.split('\n').map(terminalText).join('\n');

/**
 * One line that neither a terminal nor a GitHub runner obeys. A runner reads `::command::` at the start of a line
 * and `##[command]` anywhere in it.
 */
export function terminalText(text: string): string {
  return visible(text)
    .replace(/::(?=\s*[a-z][\w-]*(?:\s.*)?::)/gi, ': :')
    .replaceAll('##[', '## [');
}
