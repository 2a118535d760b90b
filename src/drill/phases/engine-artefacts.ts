/** What the engine itself keeps of the places: snapshots and exported objects. */
import { commandThatWrote } from '../../evidence/artefact/written-by.ts';
import type { Host } from '../../ports/host.ts';
import type { PlaceLocation } from '../../ports/engine.ts';
import type { ScenarioContext } from '../context.ts';
import { type ArtefactFact, serviceKey } from '../journal-events.ts';
import { locationInHost } from './places.ts';
import type { PhaseOutcome } from './steps.ts';

/** Those made in this phase. A snapshot of a place holds what its services keep there too; with the host it is lost. */
export async function engineArtefacts({ drill }: ScenarioContext, host: Host, since: number, { spans }: PhaseOutcome): Promise<readonly ArtefactFact[]> {
  const places = drill.plan.places.map((place) => ({ name: place.name, location: locationInHost(place, host) }));
  const found = (await drill.engine.artefacts?.(host, places.map(({ location }) => location), since)) ?? [];
  return found.map(({ kind, name, holds, born, bytes }) => {
    const held = places.filter(({ location }) => holds.some((other) => isSame(location, other))).map((place) => place.name);
    const services = drill.plan.services.filter(({ data }) => data !== null && held.includes(data)).map((service) => serviceKey(service.name));
    const writer = commandThatWrote(name, born, spans);
    return {
      kind,
      path: `${kind}:${name}`,
      sha256: null,
      bytes: bytes ?? 0,
      state: 'readable',
      layers: [kind],
      members: null,
      contentBytes: bytes,
      holds: [...held, ...services],
      plaintext: [],
      offsite: false,
      writtenBy: writer === null ? null : { file: writer.file, line: writer.line },
      detail: '',
    };
  });
}

function isSame(one: PlaceLocation, other: PlaceLocation): boolean {
  if (one.type !== other.type) return false;
  return 'path' in one ? 'path' in other && one.path === other.path : 'name' in other && one.name === other.name;
}
