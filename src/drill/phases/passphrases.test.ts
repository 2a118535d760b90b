import { describe, expect, it } from 'vitest';
import { drillFile, edited, testRepository } from '../plan/test-repository.ts';
import { passphrasesOf } from './passphrases.ts';

describe('passphrases that an artefact is opened with', () => {
  it('are also those that the operator carries to the host, by their first line as gpg reads them', async () => {
    const text = `host:\n  files: { ~/.backup-pass: { text: "correct horse\\r\\nwritten below\\n" }, ~/.other: { text: "battery \\n" }, /etc/long: { text: ${'x'.repeat(300)} } }\n`;
    using repository = await testRepository({ 'drill.yaml': edited(drillFile, { 'host:\n': text }) });
    expect(passphrasesOf('answer', await repository.load())).toEqual(['answer', 'correct horse\r', 'battery ', 'battery']);
  });
});
