/** What makes a place the one that it is: the keys in it. A place that was made anew has others. */
import type { Host } from '../ports/host.ts';
import { perlInHost } from './in-host.ts';
import { canaryFolder } from './canary.ts';
import type { Manifest } from './manifest.ts';
import { printablePath } from './printable-path.ts';

/** SHA-256 → the file it stands in, relative to the place. What was hashed never leaves the host. */
type Hashes = ReadonlyMap<string, string>;

export interface Identity {
  /** Each piece of key material. */
  readonly keys: Hashes;
  /** Each small text, without the lines of the drill's canary. */
  readonly texts: Hashes;
}

/*
 * Key material is what nobody writes by hand: armoured blocks (private keys, and certificates unless the file is a bundle of
 * trusted roots), random words of 16 characters or more (passwords, tokens, hexadecimal, UUIDs), small binary files whose bytes
 * are spread like those of a key. Files of more than 64 KiB are databases; the canary's nonces are the drill's own.
 */
const program = String.raw`
use Digest::SHA qw(sha256_hex);
my ($root, $canary) = @ARGV;
sub tell_of { my ($kind, $piece, $path) = @_; print "$kind\0", sha256_hex($piece), "\0$path\0" }
sub entropy {
  my ($bytes) = @_; my (%count, $bits); my $n = length $bytes;
  $count{$_}++ for split //, $bytes;
  $bits -= $_ / $n * log($_ / $n) / log(2) for values %count;
  return $bits;
}
sub is_random {
  my ($word) = @_; (my $plain = $word) =~ s/[^A-Za-z0-9]//g;
  my $n = length $plain;
  return 0 if $n < 16 || $plain !~ /[0-9]/ || $plain !~ /[A-Za-z]/;
  my $turns = 0;
  $turns++ while $plain =~ /(?=[a-z][A-Z0-9]|[A-Z][a-z0-9]|[0-9][A-Za-z])./g;
  return $turns >= 4 && $turns >= 0.22 * $n;
}
open(my $names, '-|', '/usr/bin/find', '-H', $root, '-name', "$canary*", '-prune', '-o', '-type', 'f', '-size', '-65537c', '-size', '+0', '-print0') or die "find: $!";
$/ = "\0";
while (my $name = <$names>) {
  chomp $name;
  open(my $file, '<:raw', $name) or next;
  read($file, my $text, 65536);
  my $path = length $name > length $root ? substr($name, length($root) + 1) : '.';
  if ($text =~ /[^\t\n\r\x20-\x7e\x80-\xff]/ || $text !~ /[\t\n\r\x20-\x7e]{8}/) {
    my $n = length $text;
    my $most = log($n < 256 ? $n : 256) / log(2);
    tell_of('key', $text, $path) if $n >= 16 && $n <= 8192 && entropy($text) >= 0.85 * $most;
    next;
  }
  $text =~ s/^.*drill[0-9a-f]{32}.*$//mg;
  (my $bare = $text) =~ s/\s+\z//;
  tell_of('text', $bare, $path) if length $bare;
  my $roots = () = $text =~ /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g;
  while ($text =~ s/-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----//s) {
    my ($kind, $body) = ($1, $2);
    $body =~ s/\s//g;
    tell_of('key', $body, $path) unless $kind =~ /CERTIFICATE/ && $roots > 10;
  }
  # The digest of an image or a file names content, and is no secret.
  $text =~ s/sha(?:256|384|512)[:-][A-Za-z0-9+\/=]+//g;
  while ($text =~ /[A-Za-z0-9+\/_=-]{16,}/g) { my $word = $&; tell_of('key', $word, $path) if is_random($word) }
}
`;

/** Of what is at or below `root`, a folder or a file. Empty when nothing is there. */
export async function takeIdentity(host: Host, root: string): Promise<Identity> {
  const { stdout } = await perlInHost(host, `the search for keys in ${root}`, program, [root.length > 1 ? root.replace(/\/+$/, '') : root, canaryFolder]);
  const fields = stdout.toString('latin1').split('\0');
  const found = { key: new Map<string, string>(), text: new Map<string, string>() };
  for (let at = 0; at + 2 < fields.length; at += 3) found[fields[at] === 'key' ? 'key' : 'text'].set(fields[at + 1] ?? '', printablePath(fields[at + 2] ?? ''));
  return { keys: found.key, texts: found.text };
}

/** `new`: all that the old one was known by is gone, and there is something else. `none`: nothing is there. `unknown`: nothing tells. */
export interface IdentityFact {
  readonly state: 'new' | 'same' | 'none' | 'unknown';
  /** For `same`: a file that has what the old one had. */
  readonly path: string | null;
}

export interface IdentityEvidence {
  /** After the seed and after the restore. */
  readonly before: Identity;
  readonly now: Identity;
  readonly isVolatile: (path: string) => boolean;
  readonly seeded: Manifest | null;
  readonly restored: Manifest | null;
}

/** By its keys; where nothing in it looks like one, by every file: then one that is the same leaves it open whether that was the identity. */
export function compareIdentity({ before, now, isVolatile, seeded, restored }: IdentityEvidence): IdentityFact {
  const kept = [...before.keys].find(([piece, path]) => now.keys.has(piece) && !isVolatile(path));
  if (kept !== undefined) return { state: 'same', path: now.keys.get(kept[0]) ?? kept[1] };
  const contents = contentsOf(now, restored, isVolatile);
  const hadKeys = before.keys.size > 0;
  if (contents.size === 0 || (hadKeys && now.keys.size === 0)) return { state: 'none', path: null };
  if (hadKeys) return { state: 'new', path: null };
  const old = contentsOf(before, seeded, isVolatile);
  return { state: old.size > 0 && old.isDisjointFrom(contents) ? 'new' : 'unknown', path: null };
}

/** SHA-256 of files with something in them that are neither volatile nor the canary's. */
function contentsOf({ texts }: Identity, manifest: Manifest | null, isVolatile: (path: string) => boolean): ReadonlySet<string> {
  const contents = new Set([...texts].flatMap(([sha256, path]) => (isVolatile(path) ? [] : [sha256])));
  for (const [path, { sha256, size }] of manifest?.entries ?? []) {
    if (sha256 !== null && size > 0 && !isVolatile(path) && !path.startsWith(canaryFolder)) contents.add(sha256);
  }
  return contents;
}
