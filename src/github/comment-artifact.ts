/**
 * What the drill of a pull request hands to the job that may comment. It was made by the pull request's own code, so it is
 * believed in nothing: sizes are limited before anything is read, only two names are known, and whom it is about is asked of GitHub.
 */
import { unzipSync } from 'fflate';
import { z } from 'zod';
import type { JournalEntry } from '../drill/journal-events.ts';
import { journalName, parseJournal } from '../drill/journal.ts';
import type { Report } from '../drill/report-model.ts';
import { judge } from '../drill/verdict/index.ts';
import type { Repository } from './api.ts';

export const artifactName = 'restore-drill-comment';
const aboutName = 'pull-request.json';

/** Bytes as packed and as unpacked. A journal of ten scenarios has about a megabyte. */
const mostPacked = 5_000_000;
const mostUnpacked = 20_000_000;
const mostScenarios = 100;

/** The artifact is not what a drill makes: nothing is said about it to anybody but the log. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export interface DrilledPullRequest {
  readonly number: number;
  readonly report: Report;
  readonly entries: readonly JournalEntry[];
}

/** The workflow run that drilled, as the event of the run that comments tells it. */
export interface DrillRun {
  readonly id: number;
  readonly headSha: string;
}

const about = z.strictObject({ number: z.int().positive(), head: z.string().regex(/^[0-9a-f]{40}$/) });

/**
 * Null where the run made no such artifact: the change selected no scenario.
 * @throws Refused
 */
export async function readCommentArtifact(repository: Repository, run: DrillRun): Promise<DrilledPullRequest | null> {
  const packed = await download(repository, run.id);
  if (packed === null) return null;
  const files = unpack(packed);
  const claimed = parsed(about, files.get(aboutName) ?? '', aboutName);
  await verifyPullRequest(repository, claimed, run);
  const { entries, report } = judged(files.get(journalName) ?? '');
  return { number: claimed.number, report, entries };
}

async function download({ owner, repo, request }: Repository, runId: number): Promise<Uint8Array | null> {
  const listed = await request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', { owner, repo, run_id: runId, name: artifactName, per_page: 2 });
  const [artifact, ...more] = listed.data.artifacts.filter(({ name, expired }) => name === artifactName && !expired);
  if (artifact === undefined) return null;
  if (more.length > 0) throw new Refused(`the run has several artifacts ${artifactName}`);
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

function parsed<T>(schema: z.ZodType<T>, text: string, name: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Refused(`${name} is no JSON`, { cause });
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new Refused(`${name}: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** The pull request must be open and stand at the very commit that GitHub says the run was about. */
async function verifyPullRequest({ owner, repo, request }: Repository, claimed: z.output<typeof about>, run: DrillRun): Promise<void> {
  if (claimed.head !== run.headSha) throw new Refused(`the artifact is about commit ${claimed.head}; the run was about ${run.headSha}`);
  const { data } = await request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { owner, repo, pull_number: claimed.number });
  if (data.head.sha !== run.headSha) throw new Refused(`pull request ${claimed.number} stands at ${data.head.sha}; the run was about ${run.headSha}`);
  if (data.state !== 'open') throw new Refused(`pull request ${claimed.number} is ${data.state}`);
}

/** The verdict is reached here, from the facts: what the pull request's code made of them is not asked for. */
function judged(text: string): { readonly entries: readonly JournalEntry[]; readonly report: Report } {
  try {
    const entries = parseJournal(text, journalName);
    const report = judge(entries);
    if (report.scenarios.length > mostScenarios) throw new Error(`it has ${report.scenarios.length} scenarios; expected at most ${mostScenarios}`);
    return { entries, report };
  } catch (cause) {
    throw new Refused(`the journal cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
