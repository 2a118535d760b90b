/** Our own `ci` and `release` as GitHub would run them, under act, in a repository of a few files whose tests are one line. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testTool } from './test-tools.ts';
import { type WorkflowRun, runUnderAct } from './under-act.ts';

/** What a release reads and makes, and a `gh` that is none: it writes down what it is asked. */
class ReleaseTest implements Disposable {
  readonly repository = mkdtempSync(join(tmpdir(), 'release-'));
  readonly artifacts = mkdtempSync(join(tmpdir(), 'artifacts-'));
  readonly #gitHub = mkdtempSync(join(tmpdir(), 'gh-'));

  /** @param files over those that a release needs. */
  constructor(files: Readonly<Record<string, string>>) {
    for (const part of ['.github/workflows', 'scripts/publish-host-image.sh', 'scripts/make-release.sh']) cpSync(part, join(this.repository, part), { recursive: true });
    for (const [name, content] of Object.entries({ 'dist/cli.js': '// a door\n', 'dist/chunks/run.js': '// a part\n', 'scripts/setup.sh': '# All is there.\n', ...files })) {
      mkdirSync(dirname(join(this.repository, name)), { recursive: true });
      writeFileSync(join(this.repository, name), content);
    }
    for (const args of [['init', '-q', '-b', 'main'], ['remote', 'add', 'origin', 'https://github.com/owner/app'], ['add', '-A'], ['commit', '-qm', 'all']]) {
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: this.repository });
    }
  }

  get #env(): Readonly<Record<string, string>> {
    return { PATH: [resolve('tests/stand-ins'), process.env['PATH']].join(delimiter), GH_STAND_IN: this.#gitHub };
  }

  run(act: string, workflow: string, ref: string): Promise<WorkflowRun> {
    return runUnderAct({ act, repository: this.repository, artifacts: this.artifacts, workflow, eventName: 'push', event: { ref }, env: { ...this.#env, DOCKER_CONFIG: this.artifacts } });
  }

  /** The last step alone, on a GitHub that has these releases and refs. */
  makeRelease(tag: string, { releases = '', refs = '', forbidden }: { readonly releases?: string; readonly refs?: string; readonly forbidden?: string }): number | null {
    for (const [name, content] of Object.entries({ asked: '', releases, refs })) writeFileSync(join(this.#gitHub, name), content);
    if (forbidden !== undefined) writeFileSync(join(this.#gitHub, 'forbidden'), forbidden);
    return spawnSync('bash', ['scripts/make-release.sh'], { cwd: this.repository, env: { ...process.env, ...this.#env, TAG: tag, GH_REPO: 'owner/app' } }).status;
  }

  /** What changes something there. */
  get asked(): readonly string[] {
    const path = join(this.#gitHub, 'asked');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').filter((line) => /^release (?:create|upload|edit)|^api --method/.test(line));
  }

  get commit(): string {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: this.repository, encoding: 'utf8' }).trim();
  }

  [Symbol.dispose](): void {
    for (const folder of [this.repository, this.artifacts, this.#gitHub]) rmSync(folder, { recursive: true, force: true });
  }
}

const packageJson = (test: string): string => JSON.stringify({ name: 'runbook-drill', version: '0.1.0', files: ['dist'], scripts: { test } });

/** A registry on a free port of this machine, for as long as the test runs. */
async function startRegistry(program: string): Promise<{ readonly address: string } & Disposable> {
  const child = spawn(program, ['-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [chunk] = z.tuple([z.instanceof(Buffer)]).rest(z.unknown()).parse(await once(child.stderr, 'data'));
  child.stderr.resume();
  const port = /port (\d+)/.exec(chunk.toString())?.[1] ?? '';
  return { address: `localhost:${port}`, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

/** An image of no bytes that stands for the host's. */
function emptyImage(name: string): Disposable {
  execFileSync('bash', ['-c', `tar --create --files-from /dev/null | docker import --change 'LABEL runbook-drill.test=release' - "${name}"`], { stdio: 'ignore' });
  return { [Symbol.dispose]: () => void spawnSync('docker', ['image', 'rm', '--force', execFileSync('docker', ['image', 'inspect', '--format', '{{.Id}}', name], { encoding: 'utf8' }).trim()]) };
}

describe('ci', () => {
  it.for([
    ['true', 0, 'success'],
    ['exit 7', 1, 'failure'],
  ] as const)('with tests that do `%s` ends with %i', async ([test, status, result], context) => {
    using small = new ReleaseTest({ 'package.json': packageJson(test) });
    const ran = await small.run(testTool('act', context), 'ci', 'refs/heads/main');
    expect(ran.status, ran.log).toBe(status);
    // The check that a branch protection waits for is there either way.
    expect(ran.log).toMatch(new RegExp(`\\[ci/all tests passed\\s*\\].*Job ${result === 'success' ? 'succeeded' : 'failed'}`));
  });
});

describe('release, with a `gh` that is a stand-in', () => {
  it('refuses a tag that is not the version', async (context) => {
    using small = new ReleaseTest({ 'package.json': packageJson('true') });
    const ran = await small.run(testTool('act', context), 'release', 'refs/tags/v0.2.0');
    expect(ran.status, ran.log).not.toBe(0);
    // By act's own line: of what a step prints as it ends, act may lose the last.
    expect(ran.log).toContain('Failure - Main the tag is the version in package.json');
    expect(small.asked).toEqual([]);
    expect(ran.log).not.toMatch(/host images.*Run Main/);
  });

  it('pushes the host images, signs what it publishes, makes the release and moves the major tag', async (context) => {
    const act = testTool('act', context);
    using registry = await startRegistry(testTool('registry', context));
    const image = `runbook-drill-test/release:${process.pid}`;
    const published = `${registry.address}/host:0123-test`;
    using built = emptyImage(image);
    void built;
    using small = new ReleaseTest({ 'package.json': packageJson('touch "$TEST_ARTIFACTS/tested"'), 'scripts/host-image.ts': `console.log('${image} ${published}');\n` });
    const ran = await small.run(act, 'release', 'refs/tags/v0.1.0');
    expect(ran.status, ran.log).toBe(0);
    expect(existsSync(join(small.artifacts, 'tested'))).toBe(true);
    const manifest = await fetch(`http://${registry.address}/v2/host/manifests/0123-test`, { headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json' } });
    const pushed = `${registry.address}/host@${manifest.headers.get('docker-content-digest') ?? ''}`;
    expect(readFileSync(join(small.artifacts, 'attested'), 'utf8').trim().split('\n')).toEqual([pushed, pushed, 'dist/chunks/run.js', 'dist/cli.js', 'runbook-drill.tgz']);
    expect(small.asked).toEqual([
      'release create v0.1.0 runbook-drill.tgz --verify-tag --generate-notes',
      `api --method POST repos/owner/app/git/refs --raw-field ref=refs/tags/v0 --raw-field sha=${small.commit}`,
    ]);
  });

  it('can be run again, does not move a major tag back, and hides no refusal', () => {
    using small = new ReleaseTest({ 'package.json': packageJson('true') });
    const moved = `api --method PATCH repos/owner/app/git/refs/tags/v0 --raw-field sha=${small.commit} --field force=true`;
    const refs = 'refs/tags/v0\nrefs/tags/v0.1.0\n';
    expect(small.makeRelease('v0.1.0', { releases: 'v0.1.0 false\n', refs })).toBe(0);
    expect(small.asked).toEqual([moved]);
    expect(small.makeRelease('v0.1.0', { releases: 'v0.1.0 true\nv1.0.0 false\n', refs })).toBe(0);
    expect(small.asked).toEqual(['release upload v0.1.0 runbook-drill.tgz --clobber', 'release edit v0.1.0 --draft=false', moved]);
    expect(small.makeRelease('v0.9.1', { releases: 'v0.10.0 false\n', refs })).toBe(0);
    expect(small.asked).toEqual(['release create v0.9.1 runbook-drill.tgz --verify-tag --generate-notes']);
    expect(small.makeRelease('v0.10.0', { refs, forbidden: 'matching-refs' })).not.toBe(0);
    expect(small.asked).toEqual(['release create v0.10.0 runbook-drill.tgz --verify-tag --generate-notes']);
    expect(small.makeRelease('v0.10.0', { refs, forbidden: '--method PATCH' })).not.toBe(0);
    expect(small.asked).toHaveLength(2);
  });
});
