import { expect, it } from 'vitest';
import { fingerprintsIn } from '../../evidence/artefact/fingerprints.ts';
import { hiddenIn } from './secret-places.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUZ0r1b7x2Jv0b1Q3M8l0oK0s8d2AwCg\n-----END CERTIFICATE-----\n';

it('hides what is in a secret place, and not the fingerprint of its certificate', () => {
  const [plain = '', withColons = ''] = fingerprintsIn(certificate);
  expect(withColons).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const hidden = hiddenIn(`${certificate}password-of-the-keys\n${plain}\n{\n  "fingerprint": "${plain}"\n}\n`);
  expect(hidden).toContain('password-of-the-keys');
  expect(hidden).not.toContain(plain);
  // Without its certificate nobody knows what it is.
  expect(hiddenIn(plain)).toEqual([plain]);
});
