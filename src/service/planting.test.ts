import { expect, it } from 'vitest';
import { brokenHost } from '../drill/test-host.ts';
import type { ServiceContext } from '../ports/service.ts';
import { createService } from './registry.ts';

/** A container in which sqlite3 always finds the row, in a file that is damaged. */
const contextOf = (nonce: string): ServiceContext => ({
  nonce,
  user: 'ops',
  signal: new AbortController().signal,
  host: brokenHost({}),
  placeNonce: null,
  workspace: '/srv/work',
  run: () => Promise.resolve({ exitCode: 0, stdout: Buffer.from('canary 1\nrow 7 missing from index\n'), stderr: '' }),
});

it('a canary is late from the moment that it is planted late, and no other one is', async () => {
  const service = await createService({ name: 'app', at: { file: 'drill.yaml', line: 1 }, kind: 'sqlite', data: null, inside: 'app', readyTimeoutSeconds: 1, options: { file: '/srv/app.db' } });
  const [early, late] = [contextOf('drill1'), contextOf('drill2')];
  await service.seed(early);
  await service.late(late);
  expect(await Promise.all([early, late].map((context) => service.check(context)))).toMatchObject([{ state: 'absent' }, { state: 'there' }]);
});
