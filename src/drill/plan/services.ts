import { valueAt } from '../drill-file/explain.ts';
import { asksForNonce } from '../drill-file/nonce-text.ts';
import type { Path } from '../drill-file/positions.ts';
import type { DrillPassword } from '../drill-file/schema-service-parts.ts';
import { type DrillService, kindFacts } from '../drill-file/schema-services.ts';
import type { PlacePlan, ServicePlan } from '../model.ts';
import { variable } from './contents.ts';
import { checkNames, keyLine, type PlanContext } from './context.ts';

export function planServices(context: PlanContext): readonly ServicePlan[] {
  return Object.entries(context.drill.services).map(([name, service]) => {
    const path = ['services', name];
    const { inside, password, ...known } = { inside: undefined, password: undefined, ...service };
    const { kind, data, 'ready-timeout': readyTimeoutSeconds, ...options } = known;
    if (data !== undefined) checkNames(context, [{ name: data, path: [...path, 'data'], at: 'value' }], Object.keys(context.drill.data), 'place');
    checkService(context, service, path);
    const login = password === undefined ? {} : { password: passwordOf(context, password, [...path, 'password']) };
    const own = pathOf(service);
    const file = own === null || inside !== undefined ? {} : { [own.key]: context.paths.absolute(own.path) };
    return { name, at: keyLine(context, path), kind, data: data ?? null, inside: inside ?? null, readyTimeoutSeconds, options: { ...options, ...file, ...login } };
  });
}

/** A password from a variable becomes text here: nothing later reads the environment. */
function passwordOf(context: PlanContext, password: DrillPassword, path: Path): { readonly text: string } | { readonly file: string; readonly key: string } {
  if ('text' in password) return { text: password.text };
  if ('file' in password) return { file: context.paths.absolute(password.file), key: password.key };
  return { text: variable(context, password.env, [...path, 'env']) ?? '' };
}

function checkService(context: PlanContext, service: DrillService, path: Path): void {
  if (service.kind === 'command') checkCommand(context, service, path);
  if (service.kind === 'http') checkHttp(context, service, path);
  checkPath(context, service, path);
  if (kindFacts[service.kind]?.isServer === true) checkAddress(context, { url: undefined, inside: undefined, ...service }, path);
}

/** A server is asked in its container or at its URL; its password stands in neither. */
function checkAddress(context: PlanContext, { url, inside }: { readonly url?: string | undefined; readonly inside?: string | undefined }, path: Path): void {
  const name = `services.${String(path[1])}`;
  if (url === undefined && inside === undefined) {
    context.problems.atKey(path, { message: `\`${name}\` says nowhere where its server is`, expected: '`inside: CONTAINER`, or `url`', got: 'neither', help: 'add one of them' });
  } else if (url !== undefined && (new URL(url).username !== '' || new URL(url).password !== '')) {
    context.problems.atKey([...path, 'url'], { message: `\`${name}.url\` holds a login`, expected: 'a URL with host and port alone', got: 'a user or a password before the @', help: 'move them to `user` and `password`' });
  }
}

/** What it works on, for a kind that works on files. */
function pathOf(service: DrillService): { readonly key: string; readonly path: string } | null {
  const key = kindFacts[service.kind]?.path;
  const path = key === undefined ? undefined : valueAt(service, [key]);
  return key === undefined || typeof path !== 'string' ? null : { key, path };
}

function checkPath(context: PlanContext, service: DrillService, path: Path): void {
  const own = pathOf(service);
  const inside = 'inside' in service ? service.inside : undefined;
  if (own === null || inside === undefined || own.path.startsWith('/')) return;
  context.problems.atValue([...path, own.key], { message: `\`services.${String(path[1])}.${own.key}\` is not absolute`, expected: `a path in the container ${inside} that starts with /`, got: `\`${own.path}\``, help: 'write where the container has it' });
}

function checkCommand(context: PlanContext, service: Extract<DrillService, { kind: 'command' }>, path: Path): void {
  if (service.check !== undefined) return;
  if (service.seed !== undefined || service.late !== undefined) {
    const told = { message: `\`services.${String(path[1])}\` seeds data and has no check`, expected: 'a `check` that tells whether it came back', got: 'seed without check', help: 'add `check`' };
    context.problems.atKey(path, told);
  } else if (service.ready === undefined) {
    const told = { message: `\`services.${String(path[1])}\` asks nothing`, expected: '`ready`, or `seed` and `check`', got: 'neither', help: 'add a command' };
    context.problems.atKey(path, told);
  }
}

function checkHttp(context: PlanContext, service: Extract<DrillService, { kind: 'http' }>, path: Path): void {
  if (!asksForNonce(service.check) || service.seed !== undefined) return;
  const place = service.data === undefined ? undefined : context.drill.data[service.data];
  if (place !== undefined && place.compare !== 'service') return;
  const told = { message: `\`services.${String(path[1])}\` looks for a nonce that nothing plants`, expected: 'a `seed`, or a place in `data` that carries one', got: 'neither', help: 'add `seed`, or take $DRILL_NONCE out of `check`' };
  context.problems.atKey([...path, 'check'], told);
}

/** Whether its check proves data. One that is not seeded asks for life only. */
export function isSeeded(service: DrillService): boolean {
  if (service.kind === 'http') return asksForNonce(service.check);
  if (service.kind === 'command') return service.seed !== undefined;
  return true;
}

/** Whether it plants content of its own, and so can prove a place where nothing else is planted. */
function plants(service: DrillService): boolean {
  return isSeeded(service) && (service.kind !== 'http' || service.seed !== undefined);
}

/** `compare: service` leaves the proof to services: one of them must plant something. */
export function checkServicePlaces(context: PlanContext, places: readonly PlacePlan[]): void {
  for (const place of places) {
    if (place.compare !== 'service') continue;
    if (Object.values(context.drill.services).some((service) => service.data === place.name && plants(service))) continue;
    const told = { message: `nothing can prove the place \`${place.name}\`: no service seeds it`, expected: `a service with \`data: ${place.name}\` that seeds and checks`, got: 'none', help: 'add `seed` and `check` to its service, or choose another `compare`' };
    context.problems.atValue(['data', place.name, 'compare'], told);
  }
}
