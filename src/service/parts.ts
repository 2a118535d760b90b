/** A canary of several parts. */
import type { ProbeAnswer } from '../ports/service.ts';

export interface Part extends ProbeAnswer {
  readonly what: string;
}

/** It came back when all parts did, and a late one already when one did. A part that is definitely gone decides, whatever cannot be told of others. */
export function ofParts(parts: readonly Part[], late: boolean): ProbeAnswer {
  const [there, absent, unproven] = (['there', 'absent', 'unproven'] as const).map((state) => parts.filter((part) => part.state === state));
  const deciding = late ? [there, unproven, absent] : [absent, unproven, there];
  const first = deciding.find((some) => some !== undefined && some.length > 0) ?? [];
  return { state: first[0]?.state ?? 'unproven', seen: first.map(({ what, state, seen }) => (state === 'there' ? `${what} is there` : `${what}: ${seen}`)).join('; ') };
}
