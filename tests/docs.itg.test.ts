/** What the documents show works: every shell block is run or says why not, every workflow and drill file is read by what reads such. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDrillFile } from '../src/drill/drill-file/read.ts';
import { type DocumentBlocks, documentBlocks } from './document-blocks.ts';
import { testTool } from './test-tools.ts';
import { UserRepository } from './user-repository.ts';

const files = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))];
const documents: readonly (DocumentBlocks & { readonly file: string })[] = files.map((file) => ({ file, ...documentBlocks(file, readFileSync(file, 'utf8')) }));

it('every shell block is run, or says why it is not', () => {
  expect(documents.flatMap(({ forgotten }) => forgotten)).toEqual([]);
  expect(documentBlocks('twin.md', '<!-- test: one -->\n```sh\none\n```\n\n```sh\ntwo\n```\n\n<!-- not run: it is dear -->\n```bash\nthree\n```\n')).toMatchObject({
    tested: [{ title: 'twin.md:2 one', text: 'one' }],
    forgotten: ['twin.md:6'],
  });
});

describe.each(documents.filter(({ tested }) => tested.length > 0))('the commands of $file work for a user who has installed the package', ({ tested }) => {
  let repository: UserRepository;
  beforeAll(() => void (repository = new UserRepository()));
  afterAll(() => repository[Symbol.dispose]());

  // In the document's order: each goes on from what the one before has left.
  it.each(tested)('$title', ({ text }) => {
    const { status, stdout, stderr } = repository.paste(text);
    expect(status, stdout + stderr).toBe(0);
    repository.push();
  });
});

const each = (kind: 'workflows' | 'drillFiles') => documents.flatMap((document) => document[kind]);

/** What declares inputs, and the documents with their tables, where they can be changed. */
const here = mkdtempSync(join(tmpdir(), 'documents-'));
beforeAll(() => {
  for (const path of ['README.md', 'docs', 'action.yml', 'publish', 'comment', '.github', 'dist']) cpSync(path, join(here, path), { recursive: true });
  mkdirSync(join(here, '.git'));
});
afterAll(() => rmSync(here, { recursive: true }));

/** What actionlint says of a workflow. Our actions are those from here: of another repository it knows nothing. */
function linted(workflow: string, context: TestContext): string {
  const file = join(here, '.github/workflows/document.yml');
  writeFileSync(file, workflow.replaceAll(/runbook-drill\/runbook-drill(\/[^@\s]*)?@v0/g, (_all, path: string | undefined) => `.${path ?? '/'}`));
  const { status, stdout, stderr } = spawnSync(testTool('actionlint', context), ['-no-color', '-oneline', file], { cwd: here, encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

const jobs = (uses: string): string => `on: push\njobs:\n  drill:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${uses}\n        with: { drill-fiel: drill.yaml }\n`;

it('an input that there is not is found in a workflow', (context) => {
  expect(linted(jobs('runbook-drill/runbook-drill@v0'), context)).toContain('"drill-fiel" is not defined in action "runbook-drill"');
  expect(linted(jobs('runbook-drill/runbook-drill/publish@v0'), context)).toContain('"drill-fiel" is not defined in action "runbook-drill publish"');
});

it.for(each('workflows'))('$title is a workflow without a fault', ({ text }, context) => {
  expect(linted(/^on:/m.test(text) ? text : `on: push\n${text}`, context)).toBe('');
});

it.each(each('drillFiles'))('$title is a drill file', ({ text }) => {
  expect(readDrillFile('drill.yaml', text).errors).toEqual([]);
});

it('a table that is not what its file declares is told', () => {
  const check = () => spawnSync(process.execPath, [resolve('scripts/readme-tables.ts'), '--check'], { cwd: here, encoding: 'utf8' });
  expect(check()).toMatchObject({ status: 0 });
  writeFileSync(join(here, 'publish/action.yml'), readFileSync('publish/action.yml', 'utf8').replace('default: drill-report', 'default: elsewhere'));
  const stale = check();
  expect(stale.status).toBe(1);
  expect(stale.stderr).toMatch(/^docs\/inputs-and-outputs\.md: .*stale/);
});
