import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CannotRun } from '../ports/host.ts';
import { configuredEndpoint, connect, refuseRemote } from './connection.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connection-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function context(name: string, host: string): Promise<void> {
  const meta = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  await mkdir(meta, { recursive: true });
  await writeFile(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

describe('configuredEndpoint', () => {
  it('is the usual socket where nothing is configured', async () => {
    expect(await configuredEndpoint({ DOCKER_CONFIG: folder })).toBe('unix:///var/run/docker.sock');
  });

  it('is DOCKER_HOST before any context', async () => {
    await context('far', 'ssh://far');
    expect(await configuredEndpoint({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far', DOCKER_HOST: 'unix:///other.sock' })).toBe('unix:///other.sock');
  });

  it('is the endpoint of the context that the docker command would use', async () => {
    await context('far', 'ssh://me@far');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ currentContext: 'far' }));
    expect(await configuredEndpoint({ DOCKER_CONFIG: folder })).toBe('ssh://me@far');
  });

  it('refuses a context that is not there, for the docker command would use another engine or none', async () => {
    await expect(configuredEndpoint({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'gone' })).rejects.toThrow(/context 'gone'/);
  });
});

describe('refuseRemote', () => {
  it('lets a local socket pass', () => {
    expect(() => refuseRemote('unix:///run/docker.sock', {})).not.toThrow();
  });

  it('refuses another machine, naming the variable that allows it', () => {
    expect(() => refuseRemote('tcp://10.0.0.1:2375', {})).toThrow(/RUNBOOK_DRILL_ALLOW_REMOTE=tcp:\/\/10\.0\.0\.1:2375/);
    expect(() => refuseRemote('tcp://10.0.0.1:2375', { RUNBOOK_DRILL_ALLOW_REMOTE: '1' })).toThrow(CannotRun);
  });

  it('lets the one pass that is allowed by its exact name', () => {
    expect(() => refuseRemote('tcp://10.0.0.1:2375', { RUNBOOK_DRILL_ALLOW_REMOTE: 'tcp://10.0.0.1:2375' })).not.toThrow();
  });
});

describe('connect', () => {
  it('says what to install where no engine answers', async () => {
    const nobody = `unix://${join(folder, 'nobody.sock')}`;
    await expect(connect({ DOCKER_HOST: nobody })).rejects.toThrow(/no Docker engine answers at .*nobody\.sock.*apt-get install docker\.io/s);
  });
});
