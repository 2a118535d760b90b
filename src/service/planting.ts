/** Canaries that are planted in the same way early and late, by kinds whose answer depends on which of the two is asked for. */
import type { Service, ServiceContext } from '../ports/service.ts';

export interface Planting extends Pick<Service, 'seed' | 'late'> {
  readonly isLate: (nonce: string) => boolean;
}

export function plantedBy(plant: (context: ServiceContext) => Promise<void>): Planting {
  const lateNonces = new Set<string>();
  return {
    seed: plant,
    late: (context) => {
      lateNonces.add(context.nonce);
      return plant(context);
    },
    isLate: (nonce) => lateNonces.has(nonce),
  };
}
