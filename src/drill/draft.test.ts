import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRunbook } from '../runbook/blocks.ts';
import { draftDrillFile } from './draft.ts';
import { readDrillFile } from './drill-file/read.ts';
import { testRepository } from './plan/test-repository.ts';

const runbook = `# Homelab

## Deploy
\`\`\`sh
docker compose up -d
\`\`\`

## Backup
\`\`\`sh
docker run --rm -v app_data:/v:ro -v /srv/backups:/b alpine tar czf /b/app.tgz -C /v .
\`\`\`

## Scenario A: service failure
### Restore the volume
\`\`\`sh
docker run --rm -v app_data:/v -v /srv/backups:/b alpine tar xzf /b/app.tgz -C /v
\`\`\`

## Scenario B: lost host
\`\`\`sh
sudo apt-get install -y docker.io
\`\`\`

## Checks
\`\`\`sh
curl -f localhost
\`\`\`

## Notes
\`\`\`sh
uptime # </x>
\`\`\`
`;

describe('a drill file from a runbook', () => {
  const text = draftDrillFile(parseRunbook('docs/runbook.md', runbook), 'docs/runbook.md', 'homelab');
  const { drill, errors } = readDrillFile('drill.yaml', text);

  it('is one, with the blocks where their headings say', () => {
    expect(errors).toEqual([]);
    expect(drill).toMatchObject({ runbook: 'docs/runbook.md', deploy: ['#deploy[1]'], offsite: ['/srv/backups'], data: { app_data: { volume: 'app_data' } } });
    expect(Object.keys(drill?.scenarios ?? {})).toEqual(['scenario-a-service-failure', 'scenario-b-lost-host']);
    expect(drill?.scenarios['scenario-a-service-failure']).toMatchObject({ backup: ['#backup[1]'], restore: ['#restore-the-volume[1]'], check: ['#checks[1]'], loss: { data: ['app_data'], how: 'delete' } });
    expect(text).toMatch(/^# {3}'#notes\[1\]' {2}line \d+: uptime/m);
  });

  it('can be planned', async () => {
    using repository = await testRepository({ 'docs/runbook.md': runbook, 'drill.yaml': text });
    expect(await repository.told()).toEqual([]);
  });

  it('is one for a runbook that says nothing, and cannot pass', () => {
    const empty = readDrillFile('drill.yaml', draftDrillFile(parseRunbook('a.md', '# A\n'), 'a.md', 'a'));
    expect(empty.errors).toEqual([]);
    expect(empty.drill?.scenarios['restore']?.restore).toEqual([{ run: 'false', why: expect.any(String) }]);
  });

  it('is one for the examples', () => {
    const file = 'fixtures/raspberry-pi/runbook.md';
    const drafted = readDrillFile('drill.yaml', draftDrillFile(parseRunbook(file, readFileSync(file, 'utf8')), file, 'pi'));
    expect(drafted.errors).toEqual([]);
    expect(drafted.drill?.scenarios).not.toEqual({});
  });
});
