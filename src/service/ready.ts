/** Readiness as the programs of a monitoring stack tell it: a path that answers 200 once they can be asked. */
import type { ProbeAnswer, ServiceContext } from '../ports/service.ts';
import { type Api, call, isSuccess, seenIn } from './api.ts';

export async function readyAt(context: ServiceContext, api: Api, path: string): Promise<ProbeAnswer> {
  const answer = await call(context, api, { method: 'GET', path });
  const state = isSuccess(answer) ? 'there' : answer.answered ? 'absent' : 'unproven';
  return { state, seen: seenIn(answer) };
}
