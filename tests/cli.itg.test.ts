/** The command line as it is shipped: `dist/` alone, its exit status and what it says. */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SmallDrill, goodBlocks, makeRepository } from './small-drill.ts';

const cli = resolve('dist/cli.js');

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const result = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

function inRepository<T>(small: SmallDrill, work: (folder: string) => T): T {
  const folder = makeRepository(small);
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** No engine can be touched: there is none at this address. */
const noEngine = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };

const wrongInputs: readonly (readonly [string, SmallDrill, RegExp])[] = [
  ['an unknown key', { host: { workspce: '~/app' } }, /^drill\.yaml:\d+:\d+: .*workspce/m],
  ['a wrong type', { scenario: { rto: 15 } }, /^drill\.yaml:\d+:\d+: /m],
  ['a dangling reference', { scenario: { restore: ['#restor'] } }, /^drill\.yaml:\d+:\d+: .*#restor[\s\S]*#restore/m],
  ['a missing runbook', { drill: { runbook: 'nosuch.md' } }, /nosuch\.md/],
  ['an unclosed fence', { runbook: '# A\n\n```sh {"name":"deploy"}\ntrue\n' }, /^runbook\.md:3:/m],
  ['an ambiguous reference', { runbook: '# A\n\n```sh {"name":"deploy"}\ntrue\n```\n\n```sh {"name":"deploy"}\ntrue\n```\n' }, /deploy/],
  ['a side door', { drill: { data: { app: { path: '/srv/backups/app' } } } }, /^drill\.yaml:\d+:\d+: /m],
  ['an engine that no host of the environment can carry', { host: { environment: 'lxd', engine: 'lxd' } }, /lxd hosts docker, incus/],
];

/** A Node 20 of this machine, or null. */
function node20(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, 'node')).find((path) => spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.startsWith('v20.') === true) ?? null;
}

it('reaches the engine on Node 20 too', (context) => {
  const node = node20();
  if (node === null) {
    console.log('SKIPPED the command line on Node 20: there is none here');
    context.skip();
  }
  const ran = spawnSync(node ?? '', [cli, 'cleanup', '--run', 'nosuch'], { encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  expect(ran.stdout).toBe('nothing to remove\n');
});

describe('wrong input is told before anything runs', () => {
  it.each(wrongInputs)('%s', (_name, small, expected) => {
    inRepository(small, (folder) => {
      const ran = run(folder, ['run'], noEngine);
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.stderr).toMatch(expected);
      expect(ran.stderr).not.toMatch(/^\s+at /m);
    });
  });

  it.each([
    ['report', 'runbook.md'],
    ['merge', 'runbook.md', '--out', 'joined'],
    ['merge', 'runbook.md/journal.ndjson', '--out', 'joined'],
    ['report', '--history', 'runbook.md/history.jsonl'],
    ['blocks', `${'long'.repeat(75)}.md`],
    ['init', 'runbook.md/more.md'],
  ])('a path that leads nowhere: %s %s', (...args) => {
    inRepository({}, (folder) => {
      const ran = run(folder, args, noEngine);
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.stderr).not.toMatch(/^\s+at /m);
      expect(ran.stderr).not.toContain('a defect');
    });
  });

  it('a folder for the reports that nobody can make', () => {
    inRepository({}, (folder) => {
      const ran = spawnSync(process.execPath, [cli, 'run', '--out', '/proc/nosuch/out'], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...noEngine }, timeout: 30_000 });
      expect(ran.status, ran.stderr).toBe(2);
      expect(ran.stderr).toContain('/proc/nosuch');
    });
  });

  it('a folder for the reports that is a file', () => {
    inRepository({}, (folder) => {
      const ran = run(folder, ['run', '--out', 'runbook.md'], noEngine);
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.stderr).toContain('runbook.md');
      expect(ran.stderr).not.toMatch(/^\s+at /m);
    });
  });

  it('an unknown command, an unknown option, a file that is not there', () => {
    expect(run('.', ['nosuch']).code).toBe(2);
    expect(run('.', ['run', '--nosuch']).code).toBe(2);
    expect(run('.', ['blocks', 'nosuch.md'])).toMatchObject({ code: 2, stderr: expect.stringContaining('nosuch.md') });
    expect(run('.', ['blocks', '.'])).toMatchObject({ code: 2, stderr: expect.stringContaining('a folder') });
    expect(run('.', ['lint']).code).toBe(2);
    expect(run('.', ['init', 'nosuch.md']).code).toBe(2);
  });
});

describe('what cannot be run', () => {
  it('no engine: exit 3 and one message that says what to install', () => {
    inRepository({}, (folder) => {
      const ran = run(folder, ['run'], noEngine);
      expect(ran.code, ran.stdout + ran.stderr).toBe(3);
      expect(ran.stdout + ran.stderr).toMatch(/install/i);
    });
  });

  it('an image that cannot be had: exit 3, and its name', () => {
    inRepository({ host: { images: ['alpine', 'example/nosuch:1'] } }, (folder) => {
      const ran = run(folder, ['run']);
      expect(ran.code, ran.stdout + ran.stderr).toBe(3);
      expect(ran.stdout + ran.stderr).toContain('example/nosuch:1');
    });
  });

  it('less free disk than limits.disk: exit 3, with both numbers', () => {
    inRepository({ host: { limits: { disk: '900000GiB' } } }, (folder) => {
      const ran = run(folder, ['run']);
      expect(ran.code, ran.stdout + ran.stderr).toBe(3);
      expect(ran.stdout + ran.stderr).toMatch(/900000\.0 GiB/);
    });
  });

  it('an engine that is not of this machine is refused', () => {
    inRepository({}, (folder) => {
      expect(run(folder, ['run'], { DOCKER_HOST: 'tcp://192.0.2.1:2375' }).code).toBe(3);
    });
  });
});

describe('what needs no engine', () => {
  it('a first drill file, by a Node that cannot group yet', () => {
    inRepository({}, (folder) => {
      const ran = run(folder, ['init', 'runbook.md', '--out', 'first.yaml'], { ...noEngine, NODE_OPTIONS: '--import=data:text/javascript,delete%20Map.groupBy' });
      expect(ran.code, ran.stderr).toBe(0);
    });
  });

  it('plan, its JSON and its matrix', () => {
    inRepository({}, (folder) => {
      expect(run(folder, ['plan'], noEngine)).toMatchObject({ code: 0, stdout: expect.stringContaining('#restore') });
      expect(JSON.parse(run(folder, ['plan', '--json'], noEngine).stdout)).toMatchObject({ format: 1, scenarios: [{ id: 'one', lost: ['app'] }] });
      expect(run(folder, ['plan', '--matrix'], noEngine).stdout).toBe('{"include":[{"scenario":"one"}]}\n');
    });
  });

  it('goes on to its own end when the reader of its output is gone', () => {
    inRepository({}, (folder) => {
      writeFileSync(join(folder, 'long.md'), '```sh\necho a line\n```\n\n'.repeat(20_000));
      const { status, stderr } = spawnSync('bash', ['-c', 'set -o pipefail; "$0" "$1" blocks long.md | head -n 1 > /dev/null', process.execPath, cli], { cwd: folder, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });
  });

  it('lint: what reading alone finds, and 1 where there is an error', () => {
    inRepository({}, (folder) => expect(run(folder, ['lint'], noEngine)).toMatchObject({ code: 0, stdout: '0 errors, 0 warnings\n' }));
    inRepository({ blocks: { restore: 'tar xzf /path/to/backup.tgz' } }, (folder) => {
      const ran = run(folder, ['lint'], noEngine);
      expect(ran.code, ran.stderr).toBe(1);
      expect(ran.stdout).toMatch(/^runbook\.md:\d+: error placeholder: /m);
    });
  });

  it('init --workflows: what drills by itself, and never over another', () => {
    const folder = makeRepository({});
    try {
      expect(run(folder, ['init', '--workflows'], noEngine)).toMatchObject({ code: 0, stdout: expect.stringContaining('.github/workflows/restore-drill-quarterly.yml was written') });
      expect(readdirSync(join(folder, '.github/workflows'))).toHaveLength(4);
      rmSync(join(folder, '.github/workflows/restore-drill-pr.yml'));
      expect(run(folder, ['init', '--workflows'], noEngine)).toMatchObject({ code: 2, stderr: expect.stringContaining('restore-drill-quarterly.yml:1:1') });
      expect(readdirSync(join(folder, '.github/workflows'))).toHaveLength(3);
      expect(run(folder, ['init'], noEngine)).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a runbook, or --workflows') });
      rmSync(join(folder, '.github'), { recursive: true });
      for (const name of ['../drill.yaml', '${{ secrets.x }}.yaml']) expect(run(folder, ['init', '--workflows', '--out', name], noEngine)).toMatchObject({ code: 2, stderr: expect.stringContaining('expected: a drill file in this repository') });
      rmSync(join(folder, '.git'), { recursive: true });
      expect(run(folder, ['init', '--workflows'], noEngine)).toMatchObject({ code: 2, stderr: expect.stringContaining('expected: a Git repository') });
      expect(readdirSync(folder)).not.toContain('.github');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('init: a drill file that can be planned, and never over another', () => {
    inRepository({}, (folder) => {
      expect(run(folder, ['init', 'runbook.md', '--out', 'new.yaml'], noEngine)).toMatchObject({ code: 0, stderr: '' });
      expect(run(folder, ['plan', 'new.yaml'], noEngine)).toMatchObject({ code: 0, stdout: expect.stringContaining('#restore') });
      expect(run(folder, ['init', 'runbook.md', '--out', 'new.yaml'], noEngine).code).toBe(2);
    });
  });

  it('blocks, ready to paste', () => {
    inRepository({}, (folder) => {
      const ran = run(folder, ['blocks', 'runbook.md'], noEngine);
      expect(ran.stdout.split('\n')[0]).toBe(`5\t#deploy\tsh\t\t${goodBlocks.deploy.split('\n')[0]}`);
      writeFileSync(join(folder, 'empty.md'), '# Nothing\n');
      expect(run(folder, ['blocks', 'empty.md']).code).toBe(0);
    });
  });

  it('help and version', () => {
    expect(run('.', ['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('run') });
    expect(run('.', ['--version'])).toMatchObject({ code: 0 });
  });
});
