/** Finds which nonces stand in the content of a place, as raw bytes, with bounded memory whatever the files are. */
import type { Host } from '../ports/host.ts';
import { perlInHost } from './in-host.ts';
import { printablePath } from './printable-path.ts';

/*
 * grep would hold a whole "line" of a binary file in memory; this reads a megabyte at a time with an overlap.
 * Prints NONCE, NUL, path relative to the root, NUL, once for each pair. Names of files are not searched:
 * a name that is back says nothing of what was in the file.
 */
const program = String.raw`
my $root = shift;
open(my $names, '-|', '/usr/bin/find', '-H', $root, '-type', 'f', '-print0') or die "find: $!";
$/ = "\0";
while (my $name = <$names>) {
  chomp $name;
  open(my $file, '<:raw', $name) or next;
  my ($window, $chunk, %seen) = ('');
  while (sysread($file, $chunk, 1 << 20)) {
    $window .= $chunk;
    while ($window =~ /drill[0-9a-f]{32}/g) { $seen{$&} = 1; pos($window) = $-[0] + 5 }
    $window = substr($window, -36) if length $window > 36;
  }
  my $path = length $name > length $root ? substr($name, length($root) + 1) : '.';
  print "$_\0$path\0" for sort keys %seen;
}
`;

/**
 * Those of `nonces` that stand in files at or below `root` (a folder or a file), each with the printable paths of the
 * files that hold it, relative to `root`. Empty when nothing is there.
 */
export async function noncesInPlace(host: Host, root: string, nonces: Iterable<string>): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Set(nonces);
  const result = await perlInHost(host, `the search for nonces in ${root}`, program, [root.length > 1 ? root.replace(/\/+$/, '') : root]);
  const found = new Map<string, string[]>();
  const fields = result.stdout.toString('latin1').split('\0');
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const nonce = fields[at] ?? '';
    if (!wanted.has(nonce)) continue;
    const paths = found.get(nonce) ?? [];
    paths.push(printablePath(fields[at + 1] ?? ''));
    found.set(nonce, paths);
  }
  return found;
}
