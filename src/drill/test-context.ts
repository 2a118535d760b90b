/** A scenario's context for tests of single phases: nothing in it works that a test does not give it. */
import { Secrets } from './secrets.ts';
import { makeNonces } from '../evidence/nonce.ts';
import type { Drill, ScenarioContext } from './context.ts';
import type { Plan } from './model.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('not asked for'));

/** Of the plan's first scenario. */
export function testContext(plan: Plan, over: Partial<Drill> & Pick<Drill, 'engine'>, emit: ScenarioContext['emit'] = () => undefined): ScenarioContext {
  const [scenario] = plan.scenarios;
  if (scenario === undefined) throw new Error('the drill file has no scenario');
  return {
    scenario,
    signal: new AbortController().signal,
    nonces: makeNonces(plan.places.map(({ name }) => name), plan.services.map(({ name }) => name)),
    emit,
    drill: {
      run: 'r1', plan, services: new Map(), images: async () => [], bundle: Promise.resolve({ file: '', branch: 'main' }), gpgPassphrase: '', secrets: new Secrets([]), keep: false,
      environment: { name: 'docker', createHost: refuse, provideImage: refuse, temporaryFolder: refuse, cleanup: refuse },
      emit: () => undefined, progress: () => undefined, onOutput: () => undefined,
      ...over,
    },
  };
}
