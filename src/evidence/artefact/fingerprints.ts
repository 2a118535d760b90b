/** What is known of a certificate by everybody who is to trust it. */
import { createHash } from 'node:crypto';

const certificate = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/**
 * SHA-256 of each certificate in a text, in hexadecimal, as `step certificate fingerprint` and `openssl x509 -fingerprint -sha256` print it.
 * It lies beside the keys of a CA and looks like one, and is handed to everybody.
 */
export function fingerprintsIn(content: string): ReadonlySet<string> {
  const plain = [...content.matchAll(certificate)].map(([, body = '']) => createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex'));
  return new Set(plain.flatMap((text) => [text, (text.toUpperCase().match(/../g) ?? []).join(':')]));
}
