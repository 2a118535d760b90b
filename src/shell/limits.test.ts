import { describe, expect, test } from 'vitest';
import { classifyLimit } from './limits.ts';
import type { LimitInput } from './limits.ts';

const isolated = (command: string, stderr: string): LimitInput => ({ command, stderr, network: 'isolated' });

const limits: readonly [name: string, command: string, stderr: string, what: string, remedy: RegExp][] = [
  ['curl', 'curl -fsS https://example.org/x', 'curl: (6) Could not resolve host: example.org', 'network (example.org)', /network: open/],
  ['wget', 'wget https://example.org/x', 'wget: unable to resolve host address ‘example.org’', 'network (example.org)', /network: open/],
  ['ping', 'ping -c1 example.org', 'ping: example.org: Temporary failure in name resolution', 'network (example.org)', /network: open/],
  ['an address', 'curl http://192.0.2.7/', 'curl: (7) Failed to connect to 192.0.2.7 port 80 after 0 ms: Network is unreachable', 'network (192.0.2.7)', /network: open/],
  ['git over https', 'git clone https://git.example.org/a', "fatal: unable to access 'https://git.example.org/a/': Could not resolve host: git.example.org", 'network (git.example.org)', /network: open/],
  ['git over ssh', 'git pull', 'ssh: Could not resolve hostname git.example.org: Temporary failure in name resolution\nfatal: Could not read from remote repository.', 'network (git.example.org)', /network: open/],
  ['ssh', 'ssh ops@10.0.0.9 true', 'ssh: connect to host 10.0.0.9 port 22: Network is unreachable', 'network (10.0.0.9)', /network: open/],
  ['apt', 'sudo apt-get install -y borgbackup', "W: Failed to fetch http://deb.debian.org/debian/x  Temporary failure resolving 'deb.debian.org'", 'network (deb.debian.org)', /host\.packages/],
  ['go', 'tofu init', 'Error: dial tcp: lookup registry.opentofu.org on 127.0.0.11:53: no such host', 'network (registry.opentofu.org)', /network: open/],
  ['node', 'npm ci', 'npm error getaddrinfo EAI_AGAIN registry.npmjs.org', 'network (registry.npmjs.org)', /network: open/],
  ['docker run', 'docker run --rm alpine true', "Unable to find image 'alpine:latest' locally\ndocker: Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 127.0.0.11:53: no such host.", 'image alpine:latest', /host\.images/],
  ['docker pull', 'docker pull vendor/app:2', 'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution', 'image vendor/app:2', /host\.images/],
  ['compose', 'docker compose up -d', 'Error response from daemon: pull access denied for vendor/app, repository does not exist', 'image vendor/app', /host\.images/],
  ['containerd', 'docker compose up -d', 'failed to resolve reference "docker.io/grafana/grafana:12": failed to do request: dial tcp: lookup registry-1.docker.io: no such host', 'image docker.io/grafana/grafana:12', /host\.images/],
  ['incus launch', 'incus launch images:debian/12 web', 'Error: Image "debian/12" not found', 'image debian/12', /host\.images/],
  ['a resource of a provider', "tofu taint 'module.grafana01.incus_instance.grafana'", '\x1b[31m│\x1b[0m \x1b[1mError: \x1b[0mNo such resource instance\x1b[0m\n│ There is no resource instance in the state with the address\n│ module.grafana01.incus_instance.grafana.', "OpenTofu's provider incus", /network: open/],
  ['buckets', 'incus storage bucket create local state', 'Error: Failed creating storage bucket: Failed connecting to bucket: exec: "minio": executable file not found in $PATH', 'storage buckets', /Go toolchain/],
  ['a unit', 'sudo systemctl restart nginx', 'runbook-drill: host-limit: unit nginx.service\n', 'systemd unit nginx.service', /skip/],
  ['a verb of systemctl', 'sudo systemctl hibernate', 'runbook-drill: host-limit: systemctl hibernate\n', 'systemctl hibernate', /skip/],
  ['a disk', 'sudo mount /dev/sda1 /mnt', 'mount: /mnt: special device /dev/sda1 does not exist.', 'hardware /dev/sda1', /skip/],
  ['a serial port', 'stty -F /dev/ttyUSB0', 'stty: /dev/ttyUSB0: No such file or directory', 'hardware /dev/ttyUSB0', /skip/],
  ['a kernel module', 'sudo modprobe w1-gpio', 'modprobe: FATAL: Module w1-gpio not found in directory /lib/modules/6.1', 'kernel module w1-gpio', /skip/],
];

const own: readonly [name: string, input: LimitInput][] = [
  ['a built-in resource that is not in the state', isolated('tofu taint module.grafana01.terraform_data.grafana', 'Error: No such resource instance')],
  ["a provider's resource where a registry answers", { ...isolated('tofu taint incus_instance.grafana', 'Error: No such resource instance'), network: 'open' }],
  ['a name with a typing error', isolated('curl http://grafna:3000/api/health', 'curl: (6) Could not resolve host: grafna')],
  ['a service that is down', isolated('curl http://localhost:3000', 'curl: (7) Failed to connect to localhost port 3000 after 0 ms: Couldn\'t connect to server')],
  ['this machine by address', isolated('curl http://127.0.0.1:1', 'curl: (7) Failed to connect to 127.0.0.1 port 1 after 0 ms: Network is unreachable')],
  ['ssh to a short name', isolated('ssh nas true', 'ssh: Could not resolve hostname nas: Temporary failure in name resolution')],
  ['a refused connection', isolated('psql -h db.example.org', 'psql: error: connection refused')],
  ['a container that is not there', isolated('docker stop grafana', 'Error response from daemon: No such container: grafana')],
  ['a volume that is not there', isolated('docker volume inspect x', 'Error response from daemon: get x: no such volume')],
  ['a registry with a short name', isolated('docker pull registry:5000/x', 'Error response from daemon: Get "https://registry:5000/v2/": dial tcp: lookup registry on 127.0.0.11:53: no such host')],
  ['a file that is not there', isolated('tar czf a.tgz /srv/none', 'tar: /srv/none: Cannot stat: No such file or directory')],
  ['a command that is not there', isolated('dokcer ps', 'bash: line 3: dokcer: command not found')],
  ['nothing said', isolated('false', '')],
  ['an open network', { command: 'curl https://example.org', stderr: 'curl: (6) Could not resolve host: example.org', network: 'open' }],
  ['an open network and an image that no registry has', { command: 'docker run vendor/none', stderr: "Unable to find image 'vendor/none:latest' locally\ndocker: Error response from daemon: pull access denied for vendor/none", network: 'open' }],
  ['/dev/null', isolated('cat x > /dev/nul', 'bash: /dev/nul: Permission denied')],
];

describe('classifyLimit', () => {
  test.each(limits)('%s is a limit of the host', (_, command, stderr, what, remedy) => {
    expect(classifyLimit(isolated(command, stderr))).toEqual({ what, remedy: expect.stringMatching(remedy) });
  });

  test.each(own)('%s is the runbook\'s own', (_, input) => {
    expect(classifyLimit(input)).toBeNull();
  });

  test('says that an open network had no registry', () => {
    const stderr = "Unable to find image 'alpine:latest' locally\ndocker: Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: i/o timeout";
    expect(classifyLimit({ command: 'docker run alpine', stderr, network: 'open' })).toEqual({ what: 'image alpine:latest', remedy: 'add it to `host.images`: no registry gave it' });
  });
});
