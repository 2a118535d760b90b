import { describe, expect, it } from 'vitest';
import { dockerEngine } from '../../engine/docker.ts';
import { coverageOf } from '../../evidence/artefact/coverage.ts';
import type { EngineArtefact } from '../../ports/engine.ts';
import type { ArtefactFact } from '../journal-events.ts';
import { drillFile, edited, testRepository } from '../plan/test-repository.ts';
import { testContext } from '../test-context.ts';
import { brokenHost } from '../test-host.ts';
import { engineArtefacts } from './engine-artefacts.ts';

const withService = edited(drillFile, {
  'scenarios:\n': "  other: { volume: other }\nservices:\n  web: { kind: http, url: 'http://localhost', data: site }\nscenarios:\n",
});
const at = { file: 'runbook.md', line: 7 };
const outcome = { failed: false, limit: null, endedAt: 0, spans: [{ ...at, command: 'snapshot create site', start: 10, end: 12 }] };
const snapshot: EngineArtefact = { kind: 'snapshot', name: 'default/site/snap0', holds: [{ type: 'volume', name: 'compose_site' }], born: 11, bytes: null };

async function artefactsOf(kept: readonly EngineArtefact[]): Promise<readonly ArtefactFact[]> {
  using repository = await testRepository({ 'drill.yaml': withService });
  const context = testContext(await repository.load(), { engine: { ...dockerEngine, artefacts: () => Promise.resolve(kept) } });
  return engineArtefacts(context, brokenHost({}), 9, outcome);
}

describe('what an engine keeps', () => {
  it('holds the places it says, and what their services keep there, until the host is lost', async () => {
    const artefacts = await artefactsOf([snapshot]);
    expect(artefacts).toMatchObject([{ kind: 'snapshot', path: 'snapshot:default/site/snap0', holds: ['site', 'service web'], offsite: false, writtenBy: at }]);
    const questions = ['site', 'other'].map((name) => ({ name, provenBy: [name], legible: true, database: false }));
    const covered = (hostLost: boolean): readonly string[] => coverageOf(questions, artefacts, [], hostLost).map((coverage) => coverage.covered);
    expect(covered(false)).toEqual(['yes', 'no']);
    expect(covered(true)).toEqual(['no', 'no']);
  });
});
