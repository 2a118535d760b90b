/** File names are bytes; reports are text. One text for each name, and never two names with one text. */

// Printable ASCII without the backslash, which starts an escape.
const plain = /^[\x20-\x5b\x5d-\x7e]*$/;
// Control characters, and the characters that reorder or hide text around them.
const hidden = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Text for a path that came as bytes (`latin1`: one character a byte): valid UTF-8 as it is, `\\` for a backslash, `\xHH` for every byte of
 * control and format characters and of what is no UTF-8.
 */
export function printablePath(latin1: string): string {
  if (plain.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  // A replacement character that was not in the name has another encoding than the bytes it stands for.
  if (Buffer.from(text, 'utf8').equals(bytes)) return escapeHidden(text);
  return escapeInvalid(bytes);
}

function escapeHidden(text: string): string {
  if (!hidden.test(text)) return text;
  return Array.from(text, (character) => (hidden.test(character) ? escapeCharacter(character) : character)).join('');
}

function escapeCharacter(character: string): string {
  return character === '\\' ? '\\\\' : escapeBytes(Buffer.from(character, 'utf8'));
}

function escapeBytes(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A name that is no UTF-8 as a whole: ASCII stays, every other byte is escaped. */
function escapeInvalid(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (plain.test(character)) return character;
    return character === '\\' ? '\\\\' : escapeBytes([byte]);
  }).join('');
}
