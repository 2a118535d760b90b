/** When folders of a host were born. */
import type { Host } from '../ports/host.ts';

/** Birth in seconds with fraction, of those folders whose file system keeps it. */
export async function birthsOf(host: Host, folders: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (folders.length === 0) return new Map();
  // One that went away meanwhile makes stat exit 1 and is left out.
  const { stdout } = await host.exec(['/usr/bin/stat', '--printf', '%.W %n\\0', '--', ...folders], { user: 'root' });
  const births = new Map<string, number>();
  for (const record of stdout.toString('utf8').split('\0')) {
    const space = record.indexOf(' ');
    const born = Number(record.slice(0, Math.max(0, space)));
    if (born > 0) births.set(record.slice(space + 1), born);
  }
  return births;
}
