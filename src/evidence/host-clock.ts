/** The clock of a host's shells, and the age of files beside it. */
import type { Host } from '../ports/host.ts';
import { perlInHost } from './in-host.ts';

/** What starts in the host from now on sees this time, our own programs excepted; the host was made with `date` set. */
export async function setHostClock(host: Host, date: Date): Promise<void> {
  const { exitCode, stderr } = await host.exec(['/usr/local/lib/runbook-drill/host/clock', date.toISOString()]);
  if (exitCode !== 0) throw new Error(`the host's clock cannot be set to ${date.toISOString()}: ${stderr.trim()}`);
}

const aging = String.raw`
my $seconds = shift @ARGV;
$/ = "\0";
while (my $path = <STDIN>) {
  chomp $path;
  my @known = lstat $path or next;
  utime $known[8], $known[9] - $seconds, $path unless -l _;
}
`;

/** Makes files and folders older: their times are those of the machine's clock, and it does not move on as the shells' clock does. */
export async function makeOlder(host: Host, paths: Iterable<string>, seconds: number): Promise<void> {
  await perlInHost(host, 'making backups older', aging, [String(seconds)], { stdin: [...paths].map((path) => `${path}\0`).join('') });
}
