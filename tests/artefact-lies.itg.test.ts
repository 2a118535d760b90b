/** What a backup left, looked into through whole drills: each rule about artefacts with a runbook that breaks it. */
import { describe } from 'vitest';
import { type Pair, itCatches } from './pairs.ts';
import { goodBlocks } from './small-drill.ts';

const intoVolume = {
  backup: goodBlocks.backup.replace('/srv/backups', 'app_backup'),
  restore: goodBlocks.restore.replace('/srv/backups', 'app_backup'),
};

const pairs: readonly Pair[] = [
  {
    name: 'a backup in a volume of the engine, which a lost host takes with it',
    good: { blocks: intoVolume },
    bad: { blocks: { ...intoVolume, restore: `${goodBlocks.deploy}\n${intoVolume.restore}` }, scenario: { loss: 'host' } },
    rules: ['uncovered-data', 'volume-born-in-backup'],
  },
];

describe.concurrent('an artefact that lies is caught', { timeout: 120_000 }, () => {
  itCatches(pairs);
});
