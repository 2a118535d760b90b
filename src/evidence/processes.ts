/** Finds and kills what holds files of a place open in the host: a loss is a crash, so nothing may write its memory on stop. */
import type { Host } from '../ports/host.ts';
import { perlInHost } from './in-host.ts';

export interface HoldingProcess {
  readonly pid: number;
  readonly command: string;
}

/*
 * By path for processes in the host's own mount namespace (files already unlinked included), by device and inode for all,
 * since a container sees the same file under another name. Looked at: fd, cwd, root, exe and mapped files.
 * Spared: pid 1, kernel threads, ourselves with our parents, the engines' daemons, and what runs from our own folders.
 */
const program = String.raw`
my ($path, $kill) = @ARGV;
my $real = readlink('/proc/self/ns/mnt');
my %daemon = map { $_ => 1 } qw(dockerd containerd containerd-shim docker-proxy docker-init tini incusd lxd lxcfs);
my (%spared, %inode);
for (my $pid = $$; $pid > 0;) { $spared{$pid} = 1; $pid = parent($pid) }
sub parent { open(my $f, '<', "/proc/$_[0]/stat") or return 0; my $s = <$f>; $s =~ s/.*\) \S //s; (split ' ', $s)[0] }
sub slurp { open(my $f, '<:raw', $_[0]) or return ''; local $/; my $text = <$f>; defined $text ? $text : '' }
sub within { my $p = shift; defined $p && ($p eq $path || index($p, "$path/") == 0 || index($p, "$path (deleted)") == 0) }
{
  local $/ = "\0";
  open(my $names, '-|', '/usr/bin/find', '-H', $path, '-printf', '%D:%i\0') or die "find: $!";
  while (my $id = <$names>) { chomp $id; $inode{$id} = 1 }
}
sub holds {
  my ($proc, $link) = @_;
  my $same = (readlink("$proc/ns/mnt") || '') eq $real;
  for my $at ("$proc/cwd", "$proc/root", "$proc/exe", glob("$proc/fd/*")) {
    return 1 if $same && within(readlink $at);
    my ($device, $number) = stat $at;
    return 1 if defined $device && $inode{"$device:$number"};
  }
  return 0 unless $same;
  for (split /\n/, slurp("$proc/maps")) { return 1 if m{^\S+ \S+ \S+ \S+ \d+\s+(/.*)$} && within($1) }
  0
}
for my $proc (sort glob '/proc/[0-9]*') {
  my ($pid) = $proc =~ /(\d+)$/;
  next if $pid == 1 || $spared{$pid} || !defined readlink "$proc/exe";
  my $name = slurp("$proc/comm"); chomp $name;
  my $line = slurp("$proc/cmdline");
  next if $daemon{$name} || $name =~ /^containerd-shim/ || $line =~ m{(^|\0)/(usr/local/lib|run)/runbook-drill/};
  next unless holds($proc);
  kill 'KILL', $pid if $kill;
  print "$pid\0$name\0";
}
`;

/** Processes of the host that have `path` (a folder with all below it, or a file) open, mapped, or as their folder. */
export async function processesHolding(host: Host, path: string): Promise<readonly HoldingProcess[]> {
  return search(host, path, false);
}

/**
 * SIGKILL to every such process until none is left, at most five times over; all that were killed.
 * Containers are to be killed through their engine first: it would start again what dies by itself.
 * Rejects when some process still holds the place.
 */
export async function killProcessesHolding(host: Host, path: string): Promise<readonly HoldingProcess[]> {
  const killed: HoldingProcess[] = [];
  for (let round = 0; round < 5; round += 1) {
    const found = await search(host, path, true);
    if (found.length === 0) return killed;
    killed.push(...found.filter((each) => killed.every((known) => known.pid !== each.pid)));
    await new Promise((resolve) => setTimeout(resolve, 50 * (round + 1)));
  }
  const left = await search(host, path, false);
  if (left.length === 0) return killed;
  const names = left.map((each) => `${each.command} (${each.pid})`).join(', ');
  throw new Error(`${path} is still held after five times SIGKILL, by ${names}: something starts it again`);
}

async function search(host: Host, path: string, kill: boolean): Promise<readonly HoldingProcess[]> {
  const result = await perlInHost(host, `the search for what holds ${path}`, program, [path, kill ? '1' : '']);
  const fields = result.stdout.toString('utf8').split('\0');
  const found: HoldingProcess[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) found.push({ pid: Number(fields[at]), command: fields[at + 1] ?? '' });
  return found;
}
