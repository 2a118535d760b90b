import { expect, it } from 'vitest';
import { distinctiveIn } from './distinctive.ts';

/** `base64 -d | sha256sum` of the certificate below. */
const fingerprint = 'f06530762c8b69a875f1d1a3242dbc8fc841f313ed71e9f31cf09eae3af26982';

it.each([
  ['a strong value by itself', 'export ADMIN_PASSWORD="Xk4-hidden-9Qz"', ['Xk4-hidden-9Qz']],
  ['a weak value with its name', 'DB_PASSWORD=postgres', ['DB_PASSWORD=postgres']],
  ['a value in YAML and JSON', '  "apiToken": "9f86d081884c7d659a2feaa0c55ad015",', ['9f86d081884c7d659a2feaa0c55ad015']],
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----', ['MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg']],
  ['no certificate', '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUZ0r1b7x2Jv0b1Q3M8l0oK0s8d2AwCg\n-----END CERTIFICATE-----', []],
  ['no fingerprint of a certificate', `-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUZ0r1b7x2Jv0b1Q3M8l0oK0s8d2AwCg\n-----END CERTIFICATE-----\n${fingerprint}`, []],
  ['a fingerprint of another', fingerprint, [fingerprint]],
  ['no public key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1b7x2Jv0b1Q3M8l0oK0s8d2A ops@host', []],
  ['no setting', 'TZ=Europe/Berlin\nURL=https://grafana.example.org/d/1\n# PASSWORD=example-of-one-9\nIMAGE=docker.io/grafana/grafana:12.2.0', []],
])('%s', (_what, content, pieces) => expect(distinctiveIn(content)).toEqual(pieces));

it('at most eight', () => expect(distinctiveIn(Array.from({ length: 20 }, (_, index) => `SECRET_${index}=value-${index}`).join('\n'))).toHaveLength(8));
