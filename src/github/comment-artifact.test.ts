/** What a pull request's own code hands over is believed in nothing: against a small GitHub in memory. */
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../drill/journal-events.ts';
import { openRepository, type Repository } from './api.ts';
import { artifactName, readCommentArtifact } from './comment-artifact.ts';
import { FakeGitHub } from './fake-github.ts';
import { entriesOf } from './golden-requests.ts';
import { Refused } from './refused.ts';
import type { DrillRun } from './runner.ts';

let github: FakeGitHub;
let repository: Repository;
const head = 'c'.repeat(40);
beforeEach(async () => {
  github = await FakeGitHub.start();
  repository = openRepository(github.env, 'a-token');
  github.pullRequests.push(
    { number: 3, state: 'open', head: 'change', headRepository: 'stranger/app', sha: head, title: '', body: '' },
    // Anybody can push somebody else's commit.
    { number: 4, state: 'open', head: 'other', headRepository: 'stranger/app', sha: head, title: '', body: '' },
    { number: 5, state: 'open', head: 'change', sha: head, title: '', body: '' },
    { number: 6, state: 'open', head: 'change', headRepository: null, sha: head, title: '', body: '' },
    { number: 7, state: 'open', head: 'change', base: 'elsewhere/app', headRepository: 'stranger/app', sha: head, title: '', body: '' },
  );
});
afterEach(() => github[Symbol.asyncDispose]());

const run: DrillRun = { id: 5, event: 'pull_request', headSha: head, headRepository: 'stranger/app', headBranch: 'change', pullRequests: [], url: 'https://github.com/owner/app/actions/runs/5' };
const about = (number: number, sha = head): string => JSON.stringify({ number, head: sha });
const lines = (entries: readonly JournalEntry[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
const journal = (name: string): string => lines(entriesOf(name));
const packed = (files: Readonly<Record<string, string | Uint8Array>>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? Buffer.from(content) : content])), { level: 1 }));
const good = packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(3) });

const handOver = (bytes: Buffer): void => void github.artifacts.set(1, { name: artifactName, bytes });

/** What is thrown; nothing was written by then. */
async function refusal(of: DrillRun): Promise<unknown> {
  const outcome = await readCommentArtifact(repository, of).catch((error: unknown) => error);
  return github.requests.every(({ request }) => request.startsWith('GET ')) ? outcome : 'something was written';
}

describe('what a drilled pull request hands over', () => {
  it('is read where all that it says of itself is what GitHub says', async () => {
    handOver(good);
    expect(await readCommentArtifact(repository, run)).toMatchObject({ is: 'drilled', number: 3, report: { validationStatus: 'SUCCESSFUL' } });
    expect(await readCommentArtifact(repository, { ...run, pullRequests: [9, 3] })).toMatchObject({ is: 'drilled', number: 3 });
  });

  it('says with no journal that no scenario is touched', async () => {
    handOver(packed({ 'pull-request.json': JSON.stringify({ number: 3, head, drill: 'small' }) }));
    expect(await readCommentArtifact(repository, run)).toEqual({ is: 'untouched', number: 3, drill: 'small' });
    handOver(packed({ 'pull-request.json': about(3) }));
    expect(await refusal(run)).toMatchObject({ message: expect.stringContaining('neither journal.ndjson nor, in pull-request.json, the name of the drill') });
  });

  it('is that of the last attempt, where a run was started again', async () => {
    handOver(packed({ 'pull-request.json': about(3) }));
    github.artifacts.set(2, { name: artifactName, bytes: good });
    expect(await readCommentArtifact(repository, run)).toMatchObject({ is: 'drilled', report: { validationStatus: 'SUCCESSFUL' } });
  });

  it('may be nothing at all', async () => {
    expect(await readCommentArtifact(repository, run)).toMatchObject({ is: 'nothing', why: expect.stringContaining('no artifact') });
  });

  it('is left alone where the pull request has moved on or is over: no newer comment is written over', async () => {
    handOver(good);
    github.pullRequests[0]!.sha = 'd'.repeat(40);
    expect(await readCommentArtifact(repository, run)).toMatchObject({ is: 'nothing', why: expect.stringMatching(/pull request 3 stands at d+ by now; the run was about c+/) });
    github.pullRequests[0]!.state = 'closed';
    expect(await readCommentArtifact(repository, run)).toMatchObject({ is: 'nothing', why: 'pull request 3 is closed' });
    // Its fork may be gone by then.
    github.pullRequests[0]!.headRepository = null;
    expect(await readCommentArtifact(repository, run)).toMatchObject({ is: 'nothing', why: 'pull request 3 is closed' });
  });
});

describe('what says that it is about another pull request', () => {
  it.each<[string, Partial<DrillRun>, string, RegExp]>([
    ['of another branch', {}, about(4), /pull request 4 comes from the branch "other"; the run was about "change"/],
    ['of another repository', {}, about(5), /pull request 5 comes from owner\/app; the run was about stranger\/app/],
    ['of a repository that is gone', {}, about(6), /pull request 6 comes from a repository that is gone; the run was about stranger\/app/],
    ['of a repository that is gone, as the run', { headRepository: null }, about(6), /pull request 6 comes from a repository that is gone; the run was about a repository that is gone/],
    ['into another repository', {}, about(7), /pull request 7 goes into elsewhere\/app; expected owner\/app/],
    ['than GitHub says', { pullRequests: [9, 12] }, about(3), /about pull request 3; the run was about 9, 12/],
    ['that is none', {}, about(99), /there is no pull request 99/],
    ['at another commit', {}, about(3, 'd'.repeat(40)), /about commit d+; the run was about c+/],
    ['by a push', { event: 'push' }, about(3), /the run was started by push; expected pull_request/],
    ['with a number that is none', {}, '{"number":"3; rm","head":"x"}', /pull-request\.json/],
    ['with more keys than there are', {}, `{"number":3,"head":"${head}","owner":"x"}`, /pull-request\.json/],
    ['with a drill that no drill file can name', {}, `{"number":3,"head":"${head}","drill":"@org/team"}`, /pull-request\.json/],
    ['at length', {}, `{"number":3,"head":"${head}"${' '.repeat(2000)}}`, /pull-request\.json has 2\d{3} bytes; expected at most 1000/],
  ])('is refused: one %s', async (_what, more, claim, message) => {
    for (const files of [{ 'journal.ndjson': journal('green') }, {}]) {
      handOver(packed({ ...files, 'pull-request.json': claim }));
      const refused = await refusal({ ...run, ...more });
      expect(refused).toBeInstanceOf(Refused);
      expect(refused).toMatchObject({ message: expect.stringMatching(message) });
    }
  });
});

const many = JSON.stringify({ event: 'x' });
const copies = <T extends object>(scenario: T | undefined, count: number): readonly T[] => Array.from({ length: count }, (_, index) => ({ ...scenario!, id: `copy-${index}` }));
const withJournal = (text: string | Uint8Array): Buffer => packed({ 'journal.ndjson': text, 'pull-request.json': about(3) });

/** The archive says of each file that it unpacks to ten bytes. */
function lyingArchive(): Buffer {
  const bytes = withJournal(new Uint8Array(21_000_000));
  for (let at = bytes.indexOf('PK\u0001\u0002'); at !== -1; at = bytes.indexOf('PK\u0001\u0002', at + 1)) bytes.writeUInt32LE(10, at + 24);
  return bytes;
}

describe('an archive', () => {
  it.each<[string, () => Buffer, RegExp]>([
    ['wrong types', () => withJournal(`${many}\n`), /the journal cannot be read/],
    ['an empty journal', () => withJournal(''), /the journal cannot be read/],
    ['a name that no drill file allows', () => withJournal(journal('hostile')), /journal\.ndjson:1: the name of the drill: expected letters/],
    ['a hundred scenarios and more', () => withJournal(lines(entriesOf('green').map((entry) => (entry.event === 'drill-started' ? { ...entry, scenarios: [...entry.scenarios, ...copies(entry.scenarios[0], 100)] } : entry)))), /the journal has 102 scenarios; expected at most 100/],
    ['no pull request', () => packed({ 'journal.ndjson': journal('green') }), /pull-request\.json is no JSON/],
    ['another file', () => packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(3), '../../evil.sh': 'x' }), /holds ".*evil\.sh"/],
    ['no archive', () => Buffer.from('hello'), /no zip archive/],
    ['100 MB', () => Buffer.alloc(100_000_000), /100000000 bytes/],
    ['21 MB that pack well', () => withJournal(new Uint8Array(21_000_000)), /unpacks to more than/],
    ['21 MB that say they are ten bytes', lyingArchive, /no zip archive|the journal cannot be read|pull-request\.json/],
    ['a line without end', () => withJournal(`${JSON.stringify({ event: 'x'.repeat(11_000_000) })}\n`), /journal\.ndjson:1: the line has \d+ characters; expected at most 10000000/],
    ['lines without end', () => withJournal('{}\n'.repeat(200_000)), /the journal has 200\d{3} lines; expected at most 100000/],
  ])('is refused with %s', async (_what, bytes, message) => {
    handOver(bytes());
    const refused = await refusal(run);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ message: expect.stringMatching(message) });
  });
});
