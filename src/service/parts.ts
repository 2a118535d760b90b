/** A canary of several parts. */
import type { ProbeAnswer } from '../ports/service.ts';

export interface Part extends ProbeAnswer {
  readonly what: string;
}

/** It came back when all parts did, and a late one already when one did. A part that is definitely gone decides, whatever cannot be told of others. */
export function ofParts(parts: readonly Part[], late: boolean): ProbeAnswer {
  const strongestFirst = late ? (['there', 'unproven', 'absent'] as const) : (['absent', 'unproven', 'there'] as const);
  const state = strongestFirst.find((each) => parts.some((part) => part.state === each)) ?? 'unproven';
  const deciding = parts.filter((part) => part.state === state);
  return { state, seen: deciding.map(({ what, seen }) => (state === 'there' ? `${what} is there` : `${what}: ${seen}`)).join('; ') };
}
