import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../../tests/test-host.ts';
import { dockerEngine } from '../../engine/docker.ts';
import type { Host } from '../../ports/host.ts';
import { drillFile, edited, testRepository } from '../plan/test-repository.ts';
import { bundleRepository } from '../repository.ts';
import { testContext } from '../test-context.ts';
import { prepareFirstHost } from './create.ts';

let host: Host;
let folder: string;
beforeAll(async () => {
  host = await makeTestHost();
  folder = await mkdtemp(join(tmpdir(), 'drill-create-'));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** What of a workspace stands in the host: owner and path. */
async function prepared(edits: Record<string, string>, workspace: string): Promise<string> {
  using repository = await testRepository({ 'drill.yaml': edited(drillFile, edits) });
  const plan = await repository.load();
  await prepareFirstHost(testContext(plan, { engine: dockerEngine, bundle: bundleRepository(plan.repository, await mkdtemp(join(folder, 'bundle-'))) }), host);
  const found = await host.exec(['sh', '-c', 'cd "$1" && stat -c "%U %n" . compose.yaml secret.env backups 2>/dev/null; git config --file .git/config remote.origin.url; rm -rf /var/lib/runbook-drill /etc/gitconfig', 'sh', workspace], { user: 'root' });
  return found.stdout.toString();
}

const cloned = (lines: readonly string[]): string => [...lines, '/var/lib/runbook-drill/origin.git', ''].join('\n');

describe('the first host has the workspace', () => {
  it('also where only root may make it', async () => {
    expect(await prepared({ 'workspace: ~/site': 'workspace: /opt/site' }, '/opt/site')).toBe(cloned(['ops .', 'ops compose.yaml']));
  });
  it('with files that the operator carries into it, and offsite folders in it', async () => {
    const edits = { 'workspace: ~/site': "workspace: ~/other/site\n  files: { '~/other/site/secret.env': { text: 'A=1' } }\noffsite: [~/other/site/backups]" };
    expect(await prepared(edits, '/home/ops/other/site')).toBe(cloned(['ops .', 'ops compose.yaml', 'ops secret.env', 'ops backups']));
  });
});
