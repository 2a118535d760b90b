/** A service that a test asks on a real host, as a drill does it: see `contextFor` in src/drill/phases/services.ts. */
import type { ServicePlan } from '../drill/model.ts';
import { dockerEngine } from '../engine/docker.ts';
import type { ExecResult, Host } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { createService } from './registry.ts';

export interface Subject {
  readonly service: Service;
  context(nonce: string): ServiceContext;
}

export async function subjectOn(host: Host, kind: string, options: ServicePlan['options'], inside: string | null): Promise<Subject> {
  const service = await createService({ name: 'app', at: { file: 'drill.yaml', line: 1 }, kind, data: null, inside, readyTimeoutSeconds: 30, options });
  const run: ServiceContext['run'] = (command, env, stdin): Promise<ExecResult> => {
    const whole = inside === null ? ['/bin/bash', '-lc', command] : dockerEngine.insideCommand(inside, ['sh', '-c', command]);
    return host.exec(whole, { user: 'ops', cwd: '/srv', env, ...(stdin === undefined ? {} : { stdin }) });
  };
  return { service, context: (nonce) => ({ host, nonce, placeNonce: null, workspace: '/srv', user: 'ops', signal: AbortSignal.timeout(120_000), run }) };
}

export const check = ({ service, context }: Subject, nonce: string): Promise<ProbeAnswer> => service.check(context(nonce));
