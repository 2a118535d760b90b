/**
 * What the drill of a pull request hands to the job that may comment. It was made by the pull request's own code, so it is
 * believed in nothing: sizes are limited before anything is read, only two names are known, and whom it is about is asked of GitHub.
 */
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { journalName, parseJournal } from '../drill/journal.ts';
import { judge } from '../drill/verdict/index.ts';
import type { Drilled } from '../report/markdown.ts';
import type { Repository } from './api.ts';
import { identifyPullRequest } from './drilled-pull-request.ts';
import { name as drillName, refuseHostileNames } from './journal-names.ts';
import { Refused } from './refused.ts';
import type { DrillRun } from './runner.ts';

export const artifactName = 'restore-drill-comment';
const aboutName = 'pull-request.json';

/** Bytes as packed and as unpacked. A journal of ten scenarios has about a megabyte. */
const mostPacked = 5_000_000;
const mostUnpacked = 20_000_000;
const mostAbout = 1_000;
/** Of the journal; characters of a line. The first line of a drill has the text of all its blocks. */
const mostLines = 100_000;
const longestLine = 10_000_000;
const mostScenarios = 100;

export type HandedOver =
  | ({ readonly is: 'drilled'; readonly number: number } & Drilled)
  /** The change selects no scenario of that drill. */
  | { readonly is: 'untouched'; readonly number: number; readonly drill: string }
  | { readonly is: 'nothing'; readonly why: string };

const about = z.strictObject({ number: z.int().positive(), head: z.string().regex(/^[0-9a-f]{40}$/), drill: z.string().regex(drillName.pattern).max(drillName.longest).optional() });

/** @throws Refused */
export async function readCommentArtifact(repository: Repository, run: DrillRun): Promise<HandedOver> {
  if (run.event !== 'pull_request') throw new Refused(`the run was started by ${run.event}; expected pull_request`);
  const packed = await download(repository, run.id);
  if (packed === null) return { is: 'nothing', why: `the run left no artifact ${artifactName}` };
  const files = unpack(packed);
  const claim = claimed(files.get(aboutName) ?? '');
  const { number, past } = await identifyPullRequest(repository, claim, run);
  if (past !== null) return { is: 'nothing', why: past };
  const journal = files.get(journalName);
  if (journal !== undefined) return { is: 'drilled', number, ...judged(journal) };
  if (claim.drill === undefined) throw new Refused(`the artifact holds neither ${journalName} nor, in ${aboutName}, the name of the drill of which no scenario is selected`);
  return { is: 'untouched', number, drill: claim.drill };
}

async function download({ owner, repo, request }: Repository, runId: number): Promise<Uint8Array | null> {
  const listed = await request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', { owner, repo, run_id: runId, name: artifactName, per_page: 100 });
  // A run that was started again has one of each attempt: the last one counts.
  const [artifact] = listed.data.artifacts.filter(({ name, expired }) => name === artifactName && !expired).toSorted((a, b) => b.id - a.id);
  if (artifact === undefined) return null;
  if (artifact.size_in_bytes > mostPacked) throw new Refused(`the artifact has ${artifact.size_in_bytes} bytes; expected at most ${mostPacked}`);
  const { data } = await request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', { owner, repo, artifact_id: artifact.id, archive_format: 'zip' });
  if (!(data instanceof ArrayBuffer)) throw new Refused('the artifact is no archive');
  if (data.byteLength > mostPacked) throw new Refused(`the artifact has ${data.byteLength} bytes; expected at most ${mostPacked}`);
  return new Uint8Array(data);
}

/** Name → text of the two files that are known. */
function unpack(packed: Uint8Array): ReadonlyMap<string, string> {
  let room = mostUnpacked;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(packed, {
      filter: ({ name, originalSize }) => {
        if (name !== journalName && name !== aboutName) throw new Refused(`the artifact holds ${JSON.stringify(name.slice(0, 100))}; expected ${journalName} and ${aboutName} alone`);
        room -= originalSize;
        if (room < 0) throw new Refused(`the artifact unpacks to more than ${mostUnpacked} bytes`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`the artifact is no zip archive: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const text = new TextDecoder('utf-8');
  return new Map(Object.entries(files).map(([name, bytes]) => [name, text.decode(bytes)]));
}

function claimed(text: string): z.output<typeof about> {
  if (text.length > mostAbout) throw new Refused(`${aboutName} has ${text.length} bytes; expected at most ${mostAbout}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Refused(`${aboutName} is no JSON`, { cause });
  }
  const result = about.safeParse(value);
  if (!result.success) throw new Refused(`${aboutName}: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** The verdict is reached here, from the facts: what the pull request's code made of them is not asked for. */
function judged(text: string): Drilled {
  refuseLongText(text);
  try {
    const entries = parseJournal(text, journalName);
    refuseHostileNames(entries);
    const report = judge(entries);
    if (report.scenarios.length > mostScenarios) throw new Refused(`the journal has ${report.scenarios.length} scenarios; expected at most ${mostScenarios}`);
    return { entries, report };
  } catch (cause) {
    if (cause instanceof Refused) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refused(`the journal cannot be read: ${why.length > 1_000 ? `${why.slice(0, 1_000)}…` : why}`, { cause });
  }
}

function refuseLongText(text: string): void {
  const lines = text.split('\n');
  if (lines.length > mostLines) throw new Refused(`the journal has ${lines.length} lines; expected at most ${mostLines}`);
  const long = lines.findIndex((line) => line.length > longestLine);
  if (long !== -1) throw new Refused(`${journalName}:${long + 1}: the line has ${lines[long]?.length ?? 0} characters; expected at most ${longestLine}`);
}
