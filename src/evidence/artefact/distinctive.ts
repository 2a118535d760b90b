/** Pieces of a secret by which it is known wherever they are read. */
import { fingerprintsIn } from './fingerprints.ts';

/** Each is looked for in every byte of every artefact. */
const mostPieces = 8;

const publicBlock = /-----BEGIN (CERTIFICATE|[A-Z ]*PUBLIC KEY|CERTIFICATE REQUEST|X509 CRL)-----[\s\S]*?-----END \1-----/g;
const assignment = /^(?:export\s+)?"?([\w.-]+)"?\s*[=:]\s*["']?(.*?)["']?,?$/;
const secretName = /pass|secret|token|key|cred|auth|salt/i;
/** Base64 and hexadecimal text of 128 bits or more, as keys and made-up passwords are written. */
const randomText = /[A-Za-z0-9+/]{24,}={0,2}|[0-9a-f]{32,}/g;
const shortest = 6;

/**
 * At most eight, the most telling first: values of names that promise a secret, then text that chance alone could have made. A weak value
 * (`postgres`) stands in other places too: of it the whole line is meant. Certificates, their fingerprints and public keys are for everyone.
 */
export function distinctiveIn(content: string): readonly string[] {
  const lines = content
    .replace(publicBlock, '')
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => !/^(?:#|;|\/\/|-----|ssh-|ecdsa-)/.test(line));
  const named = lines.flatMap((line) => {
    const [, name = '', value = ''] = assignment.exec(line) ?? [];
    if (!secretName.test(name) || value.length < shortest) return [];
    return [isStrong(value) ? value : line];
  });
  const random = lines.flatMap((line) => line.match(randomText) ?? []).filter((text) => /\d/.test(text) && /[A-Za-z]/.test(text));
  const known = fingerprintsIn(content);
  return [...new Set([...named, ...random])].filter((text) => !known.has(text)).slice(0, mostPieces);
}

const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/];

function isStrong(value: string): boolean {
  const kinds = classes.filter((pattern) => pattern.test(value)).length;
  return value.length >= 20 ? kinds >= 2 : value.length >= 10 && kinds >= 3;
}
