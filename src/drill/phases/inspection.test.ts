import { describe, expect, it } from 'vitest';
import { drillFile, edited, testRepository } from '../plan/test-repository.ts';
import { passphrasesOf } from './inspection.ts';

describe('passphrases that an artefact is opened with', () => {
  it('are also those that the operator carries to the host, by their first line as gpg reads them', async () => {
    const text = `host:\n  files: { ~/.backup-pass: { text: "correct horse\\nwritten below\\n" }, /etc/long: { text: ${'x'.repeat(300)} } }\n`;
    using repository = await testRepository({ 'drill.yaml': edited(drillFile, { 'host:\n': text }) });
    const passphrases = passphrasesOf('answer', await repository.load());
    expect(passphrases).toContain('answer');
    expect(passphrases).toContain('correct horse');
    expect(passphrases).not.toContain('x'.repeat(300));
    expect(passphrases.at(-1)).toBe('');
  });
});
