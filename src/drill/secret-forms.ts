/** The ways in which a secret can stand in an output. */

/** Bytes to look for. `wraps`: encoders break such text into lines, so a line end may stand anywhere inside. */
export interface SecretForm {
  readonly bytes: Buffer;
  readonly wraps: boolean;
}

/**
 * Shorter secrets are not looked for: three characters occur by chance in every output, and their encodings more so.
 * A report full of `***` would hide what went wrong, and nobody is protected by a secret of that length.
 */
const shortest = 4;
/** Lines and values of a file are guesses at what is secret in it: only those that cannot be a common word's piece. */
const shortestInFile = 6;

/** All forms of the secret, and of each line of it that is worth one. Without the white space around it, which printing may lose. */
export function formsOf(secret: string): readonly SecretForm[] {
  const whole = secret.trim();
  if (Buffer.byteLength(whole) < shortest) return [];
  const lines = /[\r\n]/.test(whole) ? secretsIn(whole) : [];
  return [whole, ...lines].flatMap((text) => [...plainForms(text), ...encodedForms(Buffer.from(text))]);
}

/**
 * What to hide of a file that is secret: its lines that are neither blank nor comment, and the values in `KEY=value` and
 * `"key": "value"` without their quotes; each of at least six characters.
 */
export function secretsIn(fileContent: string): readonly string[] {
  const lines = fileContent.split(/\r\n|\n|\r/).map((line) => line.trim());
  const meant = lines.filter((line) => !/^(?:#|;|\/\/|-----(?:BEGIN|END) [^-]*-----$)/.test(line));
  const all = meant.flatMap((line) => [line, ...valuesIn(line)]);
  return [...new Set(all)].filter((text) => text.length >= shortestInFile);
}

function valuesIn(line: string): readonly string[] {
  const assigned = /^(?:export\s+)?[\w.-]+\s*=\s*(.*)$/.exec(line)?.[1] ?? '';
  const bare = assigned.replace(/\s+#.*$/, '');
  const quoted = /^(["'])(.*?)\1/.exec(assigned)?.[2] ?? '';
  const inJson = [...line.matchAll(/[:[,]\s*"((?:[^"\\]|\\.)*)"/g)].map(([, value = '']) => value);
  return [assigned, bare, quoted, ...inJson];
}

/** Raw, and as JSON, URLs, HTML and shells write it. */
function plainForms(text: string): readonly SecretForm[] {
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text);
  const strictUrl = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [
    text,
    json,
    json.replaceAll('/', String.raw`\/`),
    json.replace(/[<>&\u007F-\uFFFF]/g, (sign) => String.raw`\u` + sign.charCodeAt(0).toString(16).padStart(4, '0')),
    json.replace(/[<>&]/g, (sign) => String.raw`\u00` + sign.charCodeAt(0).toString(16)),
    ...[url, strictUrl, strictUrl.replaceAll('%20', '+')].flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    // 'single' as `set -x` prints it, "double" as `declare -p`, $'…' with line ends, and `printf %q`.
    text.replaceAll("'", String.raw`'\''`),
    text.replace(/["$`\\]/g, String.raw`\$&`),
    text.replace(/['\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`).replaceAll('\t', String.raw`\t`),
    text.replace(/[^\w@%+=:,./\n-]/g, String.raw`\$&`),
  ];
  return [...new Set(forms)].map((form) => ({ bytes: Buffer.from(form), wraps: false }));
}

function encodedForms(bytes: Buffer): readonly SecretForm[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((offset) => {
    const form = base64At(bytes, offset);
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const forms = [hex, hex.toUpperCase(), ...base64];
  // A line may also end after the first character: then the rest begins the next.
  return [...new Set(forms.flatMap((form) => [form, form.slice(1)]))].filter((form) => form.length >= shortest).map((form) => ({ bytes: Buffer.from(form), wraps: true }));
}

/** The base64 digits that the secret alone decides when `offset` other bytes (modulo 3) stand before it. */
function base64At(bytes: Buffer, offset: number): string {
  const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return digits.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
