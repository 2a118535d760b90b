/** How places are lost: emptied, removed, or overwritten in place. Everything here destroys, in a disposable host alone. */
import type { Host } from '../ports/host.ts';
import { perlInHost, shellInHost } from './in-host.ts';

/** Removes all that is in a folder and leaves the folder itself. Rejects when something is left. */
export async function emptyFolder(host: Host, root: string): Promise<void> {
  await shellInHost(host, `emptying ${root}`, 'cd -- "$1" && exec find . -mindepth 1 -delete', [root]);
}

/** Removes a file. Not an error when it is not there. */
export async function removeFile(host: Host, path: string): Promise<void> {
  await shellInHost(host, `removing ${path}`, 'exec rm -f -- "$1"', [path]);
}

/** Removes a folder with all that is in it. Not an error when it is not there. */
export async function removeFolder(host: Host, root: string): Promise<void> {
  await shellInHost(host, `removing ${root}`, 'exec rm -rf --one-file-system -- "$1"', [root]);
}

/*
 * Writes into the files that are there, so paths, inodes, owners and modes stay; mtimes are now, as after any write.
 * Of each file the 4 KiB in its middle (all of a smaller one) and every nonce-shaped string become random bytes.
 */
const corruptProgram = String.raw`
my ($root, $block) = (shift, 4096);
open(my $random, '<:raw', '/dev/urandom') or die "/dev/urandom: $!";
sub noise { my $n = shift; sysread($random, my $bytes, $n) == $n or die "/dev/urandom: $!"; $bytes }
sub put { my ($file, $at, $n) = @_; sysseek($file, $at, 0); syswrite($file, noise($n)) == $n or die "write: $!" }
open(my $names, '-|', '/usr/bin/find', '-H', $root, '-type', 'f', '-print0') or die "find: $!";
$/ = "\0";
while (my $name = <$names>) {
  chomp $name;
  open(my $file, '+<:raw', $name) or die "$name: $!";
  my $size = -s $file or next;
  my ($window, $start, $chunk, @nonces) = ('', 0);
  while (my $got = sysread($file, $chunk, 1 << 20)) {
    $window .= $chunk;
    while ($window =~ /drill[0-9a-f]{32}/g) { push @nonces, $start + $-[0]; pos($window) = $-[0] + 5 }
    if (length $window > 36) { $start += length($window) - 36; $window = substr($window, -36) }
  }
  put($file, $_, 37) for @nonces;
  if ($size <= $block) { put($file, 0, $size) } else { put($file, int(($size - $block) / 2), $block) }
  close $file or die "$name: $!";
}
close $names or die "find failed";
`;

/** Corrupts every file at or below `root` (a folder or a file) and leaves all paths. */
export async function corruptPlace(host: Host, root: string): Promise<void> {
  await perlInHost(host, `corrupting ${root}`, corruptProgram, [root]);
}
