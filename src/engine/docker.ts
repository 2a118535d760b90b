/** Docker with Compose in a host: it is asked over its API, and told by its own command line. */
import { setTimeout as sleep } from 'node:timers/promises';
import { engineFacts } from '../ports/engine-facts.ts';
import type { Engine, KilledInstance, PlaceLocation } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { docker, isNotThere, lines, tryDocker } from './docker-command.ts';
import { listContainers, listVolumes } from './docker-api.ts';
import { whatIsInUse } from './docker-inventory.ts';
import { absolutePath, exists } from './paths.ts';
import { usersOf } from './docker-users.ts';
import { engineVolumes, volumeRoot } from './docker-volumes.ts';

export const dockerEngine: Engine = {
  name: 'docker',
  storage: [engineFacts.docker.home, '/var/lib/containerd'],
  secretLabels: [],
  volumes: engineVolumes,
  makeVolume,
  locate,
  putBack: async () => {},
  idRanges: async () => [],
  killUsers,
  stopUsers,
  startAgain,
  removePlace,
  removeStack,
  inventory,
  inUse: whatIsInUse,
  insideCommand,
};

async function makeVolume(host: Host, name: string): Promise<string> {
  await docker(host, ['volume', 'create', name]);
  const root = await volumeRoot(host, name);
  if (root === null) throw new Error(`volume ${name} is not there although it was just made on host ${host.name}`);
  return root;
}

async function locate(host: Host, place: PlaceLocation): Promise<string | null> {
  if (place.type === 'volume') return volumeRoot(host, place.name);
  if (place.type !== 'path' && place.type !== 'file') throw notDockers(place);
  const path = await absolutePath(host, place.path);
  return (await exists(host, path)) ? path : null;
}

/** Killed through the engine, so that no restart policy starts them again. */
async function killUsers(host: Host, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]> {
  const names = await usersOf(host, places);
  const killed: KilledInstance[] = [];
  for (const name of names) {
    const result = await tryDocker(host, ['kill', '--signal', 'KILL', name]);
    if (result.exitCode === 0) killed.push({ name });
    // What ended by itself meanwhile may come back by its restart policy, unless it is told to stop too.
    else if (/is not running|No such container/i.test(result.stderr)) await tryDocker(host, ['stop', '--time', '0', name]);
    else throw new Error(`container ${name} could not be killed: ${result.stderr.trim()}`);
  }
  await untilUnused(host, places);
  return killed;
}

/** With the time that each container has for it; then the engine kills it. */
async function stopUsers(host: Host, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]> {
  const names = await usersOf(host, places);
  if (names.length > 0) await docker(host, ['stop', '--', ...names]);
  return names.map((name) => ({ name }));
}

/** A loaded engine tells a while later that what it killed has ended. */
const killSeconds = 15;

async function untilUnused(host: Host, places: readonly PlaceLocation[]): Promise<void> {
  const end = performance.now() + killSeconds * 1000;
  for (;;) {
    const left = await usersOf(host, places);
    if (left.length === 0) return;
    if (performance.now() > end) throw new Error(`still running with a lost place ${killSeconds} s after SIGKILL: ${left.join(', ')}`);
    await sleep(200);
  }
}

async function startAgain(host: Host, killed: readonly KilledInstance[]): Promise<void> {
  for (const { name } of killed) await tryDocker(host, ['start', name]);
}

async function removePlace(host: Host, place: PlaceLocation): Promise<void> {
  if (place.type !== 'volume') throw notDockers(place);
  const attached = lines(await docker(host, ['ps', '--all', '--quiet', '--no-trunc', '--filter', `volume=${place.name}`]));
  await removeAll(host, ['rm', '--force'], attached);
  await removeAll(host, ['volume', 'rm'], [place.name]);
}

async function removeStack(host: Host, keep: readonly PlaceLocation[]): Promise<void> {
  const kept = new Set(keep.flatMap((place) => (place.type === 'volume' ? [place.name] : [])));
  await removeAll(host, ['rm', '--force'], (await listContainers(host, 'all')).map(({ id }) => id));
  await removeAll(host, ['network', 'rm'], lines(await docker(host, ['network', 'ls', '--quiet', '--no-trunc', '--filter', 'type=custom'])));
  await removeAll(host, ['volume', 'rm'], (await listVolumes(host)).map(({ Name }) => Name).filter((name) => !kept.has(name)));
}

/** Removing what is gone already is no error. */
async function removeAll(host: Host, command: readonly string[], names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const result = await tryDocker(host, [...command, '--', ...names]);
  const complaints = lines(result.stderr).filter((line) => !isNotThere(line));
  if (complaints.length > 0 && result.exitCode !== 0) throw new Error(`docker ${command.join(' ')} on host ${host.name} failed: ${complaints.join('; ')}`);
}

async function inventory(host: Host): Promise<readonly string[]> {
  return [...(await listContainers(host, 'all')).map(({ name }) => name), ...(await listVolumes(host)).map(({ Name }) => Name)];
}

/*
 * `docker exec` exits 1 for a container that is not running, as a check does for data that is not there:
 * so it is asked first, and 125 says that nothing was run.
 */
const insideScript = String.raw`
name=$1; shift
if ! state=$(/usr/bin/docker container inspect --format '{{.State.Running}}' "$name" 2>/dev/null); then
  found=$(/usr/bin/docker ps --quiet --filter "label=com.docker.compose.service=$name" | head -n 1)
  if [ -z "$found" ]; then echo "no container and no running Compose service is named $name" >&2; exit 125; fi
  name=$found state=true
fi
if [ "$state" != true ]; then echo "container $name is not running" >&2; exit 125; fi
exec /usr/bin/docker exec -i -e DRILL_NONCE -e DRILL_LATE_NONCE "$name" "$@"
`;

/** By container name, else by Compose service. The nonces of the caller's environment go in, by name. */
function insideCommand(inside: string, command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', insideScript, 'inside', inside, ...command];
}

function notDockers(place: PlaceLocation): Error {
  return new Error(`Docker has no ${place.type}: a place on it is a volume, a path or a file`);
}
