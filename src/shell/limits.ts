/** Tells a failure that a drill's host is the cause of from one that is the runbook's own. */

export interface LimitInput {
  readonly command: string;
  readonly stderr: string;
  readonly network: 'isolated' | 'open';
}

/** What the host cannot give, and what the reader of the drill can do about it. */
export interface Limit {
  readonly what: string;
  readonly remedy: string;
}

/** Null where the runbook, or the data, is to blame: also for a name that no network could resolve (`http://grafna:3000`). */
export function classifyLimit(input: LimitInput): Limit | null {
  return unitLimit(input.stderr) ?? hardwareLimit(input.stderr) ?? bucketLimit(input.stderr) ?? imageLimit(input) ?? (input.network === 'isolated' ? (providerLimit(input) ?? networkLimit(input)) : null);
}

function unitLimit(stderr: string): Limit | null {
  const told = /^runbook-drill: host-limit: (?:unit )?(.+)$/m.exec(stderr)?.[1];
  if (told === undefined) return null;
  const what = told.startsWith('systemctl ') ? told : `systemd unit ${told}`;
  return { what, remedy: 'a drill host runs no systemd units but the engine\'s: move the command to a block of its own and name it under `skip` with a `why`' };
}

const device = /\/dev\/(?:(?:sd|vd|xvd)[a-z]\d*|mmcblk\d\w*|nvme\d\w*|tty(?:USB|ACM|AMA|S)\d+|video\d+|i2c-\d+|spidev[\d.]+|gpiochip\d+|sr\d+|disk\/by-[^\s'"’:]+)/;
const absent = /No such (?:file or directory|device)|does not exist|not a block device|[Cc](?:annot|an't|ould not) open|Permission denied|Operation not permitted/;

function hardwareLimit(stderr: string): Limit | null {
  for (const line of stderr.split('\n')) {
    const name = device.exec(line)?.[0];
    if (name !== undefined && absent.test(line)) return { what: `hardware ${name}`, remedy: 'a drill host has no such device: name the block under `skip` with a `why`' };
    const module = /modprobe: (?:FATAL|ERROR): .*?[Mm]odule ['‘]?([\w-]+)/.exec(line)?.[1];
    if (module !== undefined) return { what: `kernel module ${module}`, remedy: 'a drill host shares its kernel: name the block under `skip` with a `why`' };
  }
  return null;
}

/** Incus serves its buckets by MinIO, which Debian does not have. */
function bucketLimit(stderr: string): Limit | null {
  if (!/exec: "minio": executable file not found/.test(stderr)) return null;
  return { what: 'storage buckets', remedy: 'they are served by MinIO, which is built where there is a Go toolchain: put `go` on PATH, and the next host has it' };
}

/** OpenTofu has resources of a provider from a registry alone: without one there are none but the built-in ones, whose provider is `terraform`. */
function providerLimit({ command, stderr }: LimitInput): Limit | null {
  if (!/\b(?:tofu|terraform)\b/.test(command) || !stderr.includes('No such resource instance')) return null;
  const provider = /\b(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*([a-z][a-z0-9]*)_[a-z0-9_]+\.[\w-]+/.exec(command)?.[1];
  if (provider === undefined || provider === 'terraform') return null;
  return { what: `OpenTofu's provider ${provider}`, remedy: 'no registry hands it out in an isolated host: set `network: open` under `host`, or name the block under `skip` with a `why`' };
}

/** An image that is not on the host, and that no registry gave. */
function imageLimit({ command, stderr, network }: LimitInput): Limit | null {
  const notHere = /Unable to find image '([^']+)' locally/.exec(stderr)?.[1] ?? notOnHost(command, stderr);
  const pulled = /(?:failed to resolve reference|pull access denied for|manifest for) "?([\w./:@-]+)"?/.exec(stderr)?.[1]?.replace(/[,:]$/, '');
  const unreachable = /(?:Get|Head) "?https?:\/\/[^\s"]+"?: (?:dial tcp|context deadline|net\/http|proxyconnect)|dial tcp: lookup (?:registry|auth|[\w-]+\.)[\w.-]+|failed to (?:do request|resolve reference)/.test(stderr);
  if (!unreachable && (network === 'open' || (notHere === undefined && pulled === undefined))) return null;
  const asks = /\b(?:docker|docker-compose|incus|lxc|podman|skopeo)\b/.test(command);
  if (notHere === undefined && pulled === undefined && !asks && !stderr.includes('Error response from daemon')) return null;
  const registry = /lookup ([\w.-]+)/.exec(stderr)?.[1];
  if (registry !== undefined && isLocalName(registry)) return null;
  const image = notHere ?? pulled ?? imageIn(command);
  return {
    what: image === null ? 'an image that is not on the host' : `image ${image}`,
    remedy: network === 'open' ? 'add it to `host.images`: no registry gave it' : 'add it to `host.images`, or set `network: open` under `host`',
  };
}

/** Without a way out the remote `images` of Incus and LXD has what the drill file names, and nothing else. */
function notOnHost(command: string, stderr: string): string | undefined {
  const name = /Image "([^"]+)" not found|Image not found/.exec(stderr);
  const asked = /\bimages:([\w./-]+)/.exec(command)?.[1];
  return name !== null && asked !== undefined && (name[1] ?? asked) === asked ? asked : undefined;
}

const imageIn = (command: string): string | null => /\bpull\s+(?:-\S+\s+)*([\w./:@-]+)/.exec(command)?.[1] ?? null;

/** Each with the name or address that was not reached in group 1, where the message has it. */
const networkMessages: readonly RegExp[] = [
  /[Cc]ould not resolve (?:host(?:name)?|proxy): ([^\s:,;()]+)/,
  /unable to resolve host address ['‘"]([^'’"]+)/,
  /Temporary failure resolving '([^']+)'/,
  /Failed to (?:resolve|fetch) (?:'|https?:\/\/)([^'\s/:]+)/,
  /lookup ([^\s:]+)(?: on [^\s]+)?: (?:no such host|Temporary failure|server misbehaving|.*(?:i\/o timeout|connection refused|network is unreachable))/,
  /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([^\s:]+)/,
  /(?:connect to host|Failed to connect to|connect to|dial tcp) \[?([\w.:-]*?)\]?(?: port |:)\d+.*(?:[Nn]etwork is unreachable|No route to host)/,
  /([\w.-]+): (?:Temporary failure in name resolution|Name or service not known)/,
  /Temporary failure in name resolution|Name or service not known|[Nn]etwork is unreachable|Failed to establish a new connection/,
];

function networkLimit({ command, stderr }: LimitInput): Limit | null {
  for (const line of stderr.split('\n')) {
    for (const message of networkMessages) {
      const match = message.exec(line);
      if (match === null) continue;
      const name = match[1]?.replace(/\.$/, '') ?? hostIn(command);
      if (name !== null && isLocalName(name)) break;
      return limitOfNetwork(name, command, line);
    }
  }
  return null;
}

function limitOfNetwork(name: string | null, command: string, line: string): Limit {
  const what = name === null ? 'network' : `network (${name})`;
  if (/\bapt(?:-get)?\b/.test(command) || /Temporary failure resolving/.test(line)) return { what, remedy: 'name what is installed under `host.packages`, or set `network: open` under `host`' };
  return { what, remedy: 'set `network: open` under `host`, or name the block under `skip` with a `why`' };
}

/** A host that a command line names: in a URL, or as `user@host:`. */
const hostIn = (command: string): string | null => /(?:https?|ssh|git|ftp|rsync):\/\/(?:[^@\s/'"]*@)?([\w.-]+)/.exec(command)?.[1] ?? /\b[\w.-]+@([\w.-]+):/.exec(command)?.[1] ?? null;

/** It has no dot, or never leaves the machine: a network would not help. */
function isLocalName(name: string): boolean {
  if (name.includes(':')) return name === '::1';
  return !name.includes('.') || name.startsWith('127.') || name === '0.0.0.0' || /(?:^|\.)(?:localhost|localdomain)$/.test(name) || name === 'host.docker.internal';
}
