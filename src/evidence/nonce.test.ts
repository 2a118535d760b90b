import { expect, it } from 'vitest';
import { makeNonce, makeNonces, noncePattern } from './nonce.ts';

it('makes nonces of one shape', () => {
  expect(makeNonce()).toMatch(new RegExp(`^${noncePattern.source}$`));
});

it('gives every place and service a pair that nothing else has, and knows whose each is', () => {
  const nonces = makeNonces(['grafana', 'env'], ['grafana']);
  expect(nonces.all.size).toBe(6);
  const late = nonces.places.get('env')?.late ?? '';
  expect(nonces.all.get(late)).toEqual({ of: 'place', name: 'env', late: true });
  const early = nonces.services.get('grafana')?.early ?? '';
  expect(nonces.all.get(early)).toEqual({ of: 'service', name: 'grafana', late: false });
});
