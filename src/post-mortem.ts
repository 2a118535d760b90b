/** A bundle for the post-mortem of a drill that did not pass: its journal, what its commands printed, the hashes of its artefacts. All of it masked. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { OutputListener } from './drill/context.ts';
import { journalName } from './drill/journal.ts';
import type { Report } from './drill/report-model.ts';

const folderName = 'post-mortem';
/** Bytes of output that are kept; what comes after is counted. */
const mostBytes = 64 * 1024 * 1024;

export interface PostMortem extends AsyncDisposable {
  /** Takes the output as it comes; it is masked already. */
  readonly onOutput: OutputListener;
  /** Writes the bundle into the folder of the reports; its path. Without it nothing stays. */
  keep(report: Report): Promise<string>;
}

/** @param out the folder of the reports, which is there. */
export async function openPostMortem(out: string): Promise<PostMortem> {
  const folder = join(out, folderName);
  await mkdir(folder, { recursive: true });
  const log = createWriteStream(join(folder, 'output.log'));
  // Told when the bundle is kept: a full disk must not end the drill, whose verdict is worth more.
  log.on('error', () => undefined);
  let left = mostBytes;
  let dropped = 0;
  let kept = false;
  return {
    onOutput: (_scenario, _stream, chunk) => {
      const room = chunk.subarray(0, left);
      left -= room.length;
      dropped += chunk.length - room.length;
      if (room.length > 0) log.write(room);
    },
    async keep(report) {
      await end(log, dropped);
      await copyFile(join(out, journalName), join(folder, journalName));
      const artefacts = report.scenarios.map(({ id, artefacts: all }) => ({ scenario: id, artefacts: all }));
      await writeFile(join(folder, 'artefacts.json'), `${JSON.stringify(artefacts, null, 2)}\n`);
      kept = true;
      return folder;
    },
    async [Symbol.asyncDispose]() {
      if (kept) return;
      await end(log, 0).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(log: WriteStream, dropped: number): Promise<void> {
  if (log.writableEnded) return;
  log.end(dropped === 0 ? '' : `\n[${dropped} more bytes were not kept]\n`);
  await finished(log);
}
