/** The history of drills and its badge, kept in a branch of their own: drills at the same time lose nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type HistoryLine, historyText, joinHistories, parseHistory } from '../report/history.ts';
import type { Repository } from './api.ts';
import { branchHead, commitFiles, readFile } from './files.ts';

export const historyFile = 'history.jsonl';
export const badgeFile = 'badge.svg';

const about = `# History of restore drills

![the last drill](${badgeFile})

One JSON object a line in \`${historyFile}\`, one line a drill and scenario; lines are only ever added. \`${badgeFile}\` is of the last drill: on the front page of the repository it is \`../../raw/BRANCH/${badgeFile}\`, with the name of this branch. Written by runbook-drill.
`;

/** Tries, each after another run came first. */
const mostTries = 12;

/** Empty where there is no such branch yet. Oldest first. */
export async function readHistoryBranch(repository: Repository, branch: string): Promise<readonly HistoryLine[]> {
  return (await readAt(repository, branch, branch)).lines;
}

async function readAt(repository: Repository, branch: string, ref: string): Promise<{ readonly text: string | null; readonly lines: readonly HistoryLine[] }> {
  const text = (await readFile(repository, historyFile, ref))?.text ?? null;
  return { text, lines: text === null ? [] : parseHistory(text, `${branch}:${historyFile}`) };
}

export interface HistoryAddition {
  readonly branch: string;
  readonly lines: readonly HistoryLine[];
  /** SVG, from all lines of the branch; null where there is nothing to say, and the badge stays. */
  readonly badge: (history: readonly HistoryLine[]) => string | null;
}

/** Adds lines to what the branch holds by then, with the badge in the same commit; resolves to all of it, oldest first. */
export async function addToHistoryBranch(repository: Repository, { branch, lines, badge }: HistoryAddition, pause: (milliseconds: number) => Promise<unknown> = sleep): Promise<readonly HistoryLine[]> {
  let refused = '';
  for (let attempt = 1; attempt <= mostTries; attempt += 1) {
    const on = await branchHead(repository, branch);
    const before = on === null ? { text: null, lines: [] } : await readAt(repository, branch, on);
    const all = joinHistories(before.lines, lines);
    const files = new Map<string, string>(on === null ? [['README.md', about]] : []);
    const text = all.map((line) => `${historyText(line)}\n`).join('');
    if (text !== before.text) files.set(historyFile, text);
    const drawn = badge(all);
    if (drawn !== null && (on === null || (await readFile(repository, badgeFile, on))?.text !== drawn)) files.set(badgeFile, drawn);
    if (files.size === 0) return all;
    const answer = await commitFiles(repository, { branch, on, files, message: 'Add a restore drill to the history' });
    if (answer === null) return all;
    refused = answer;
    // Others are writing: each waits for a time of its own.
    await pause(Math.random() * 500 * attempt);
  }
  throw new Error(`the history in branch ${branch} could not be written: after ${mostTries} tries GitHub still says: ${refused}`);
}
