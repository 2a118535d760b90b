/** One small drill for each engine in each environment of system containers: the good one passes, its bad twin fails for the same reason as anywhere. */
import { describe, expect, it } from 'vitest';
import { incus } from '../src/host/incus.ts';
import { lxd } from '../src/host/lxd.ts';
import { serverFor } from '../src/host/testing.ts';
import type { EngineName } from '../src/ports/host.ts';
import { drillFixture } from './fixture-drill.ts';
import { type SmallDrill, explained, runSmallDrill } from './small-drill.ts';
import { thorough } from './thorough.ts';

const onDocker: SmallDrill = { scenario: { loss: 'host', restore: ['#deploy', '#restore'] } };

const onIncus: SmallDrill = {
  host: { engine: 'incus', images: ['debian/13'] },
  drill: { data: { web: { volume: 'local/web-data' } } },
  scenario: { loss: { data: ['web'], how: 'delete' } },
  blocks: {
    deploy: `incus storage volume create local web-data
incus init debian/13 web
incus config device add web data disk pool=local source=web-data path=/data
incus start web
incus exec web -- sh -c 'mkdir /data/folder; echo kept > /data/folder/file; chown -R 33:33 /data/folder'`,
    backup: 'incus storage volume export local web-data /srv/backups/web-data.tar.gz',
    restore: `incus stop --force web
incus config device remove web data
incus storage volume delete local web-data
incus storage volume import local /srv/backups/web-data.tar.gz web-data
incus config device add web data disk pool=local source=web-data path=/data
incus start web`,
  },
};

const small: Readonly<Partial<Record<EngineName, SmallDrill>>> = { docker: onDocker, incus: onIncus };

const answering = (await Promise.all([lxd, incus].map(async (kind) => ((await serverFor(`drills in ${kind.name}`, kind)) === null ? [] : [kind.name])))).flat();
const pairs = answering.flatMap((environment) => (['docker', 'incus'] as const).map((engine) => [environment, engine] as const));
const crossed = pairs.filter(([environment, engine]) => (environment === 'lxd') === (engine === 'docker'));

describe.skipIf(pairs.length === 0).concurrent('hosts of the environment', { timeout: 600_000 }, () => {
  it.each(thorough ? pairs : crossed)('%s with the engine %s: what works passes', async (environment, engine) => {
    const good = small[engine] ?? {};
    const passed = await runSmallDrill({ ...good, host: { ...good.host, environment } });
    expect(passed.scenario.validationStatus, explained(passed)).toBe('SUCCESSFUL');
    expect(passed.errors, explained(passed)).toEqual([]);
    expect(passed.report.host).toMatchObject({ environment, mode: 'unprivileged' });
    expect(passed.report.host?.engine).toMatch(new RegExp(`^${engine} \\d`));
    expect(passed.report.notMeasured.map(({ what }) => what)).not.toContain('what is in use and not declared');
  });

  it.skipIf(!thorough).each(crossed)('%s with the engine %s: what restores nothing fails', async (environment, engine) => {
    const good = small[engine] ?? {};
    const failed = await runSmallDrill({ ...good, host: { ...good.host, environment }, scenario: { loss: { data: [engine === 'docker' ? 'app' : 'web'], how: 'delete' } }, blocks: { ...good.blocks, restore: 'true' } });
    expect(failed.scenario, explained(failed)).toMatchObject({ validationStatus: 'FAILED', liar: 'restore' });
    expect(failed.errors, explained(failed)).toEqual(['data-missing']);
  });

  const fixtures = [['raspberry-pi/drill.yaml', 'service-failure', 'docker'], ['atlas/drill.yaml', 'single-snapshot', 'incus']] as const;
  it.skipIf(!thorough).each(answering.flatMap((environment) => fixtures.map((fixture) => [environment, ...fixture] as const)))('%s with %s, %s', async (environment, drillFile, scenario, engine) => {
    const { report, exitCode } = await drillFixture(drillFile, { scenarios: [scenario], environment });
    expect(exitCode, JSON.stringify(report.scenarios.map(({ findings }) => findings), null, 1)).toBe(0);
    expect(report.host).toMatchObject({ environment, engine: expect.stringMatching(new RegExp(`^${engine}`)), mode: 'unprivileged' });
  });
});
