/** Whole drills of Alertmanager and Prometheus: two ways to make a backup that looks good and holds nothing, and their good twin. */
import { expect, it } from 'vitest';
import { type SmallDrill, explained, runSmallDrill } from './small-drill.ts';

const snapshot = 'http://localhost:9090/api/v1/admin/tsdb/snapshot';
const start = (flags: string): string => `docker run -d --name alertmanager --network host -v silences:/alertmanager prom/alertmanager --config.file=/etc/alertmanager/alertmanager.yml --storage.path=/alertmanager --cluster.listen-address=
docker run -d --name prometheus --network host -v metrics:/prometheus -v "$PWD/prometheus.yml":/etc/prometheus/prometheus.yml prom/prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus ${flags}`;
const archive = (volume: string, what: string): string => `docker run --rm -v ${volume}:/v:ro -v /srv/backups:/b alpine sh -c 'cd /v && tar czf /b/${volume}.tar.gz ${what}'`;
const silences = archive('silences', '.');
/** The samples in a running head are no copy that can be trusted; a snapshot has them. */
const metrics = archive('metrics', '$(ls | grep -v -e wal -e chunks_head)');
const unpack = (volume: string, then: string): string => `docker run --rm -v ${volume}:/v -v /srv/backups:/b alpine sh -c 'find /v -mindepth 1 -delete && tar xzf /b/${volume}.tar.gz -C /v ${then}'`;

const drillOf = (flags: string, backup: string): SmallDrill => ({
  files: { 'prometheus.yml': "global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: own, static_configs: [{ targets: ['localhost:9090'] }] }]\n" },
  blocks: {
    deploy: `docker volume create silences; docker volume create metrics\n${start(flags)}`,
    backup,
    restore: `docker rm -f alertmanager prometheus
${unpack('silences', '')}
${unpack('metrics', String.raw`&& mkdir -p /v/snapshots && find /v/snapshots -mindepth 2 -maxdepth 2 -exec mv {} /v \;`)}
${start(flags)}`,
  },
  drill: {
    data: { silences: { volume: 'silences' }, metrics: { volume: 'metrics', compare: 'service' } },
    services: {
      alertmanager: { kind: 'alertmanager', url: 'http://localhost:9093', data: 'silences', flush: '15m' },
      prometheus: { kind: 'prometheus', url: 'http://localhost:9090', data: 'metrics', 'ready-timeout': '45s' },
    },
  },
  scenario: { loss: { data: ['silences', 'metrics'], how: 'delete' } },
});

it('a stopped Alertmanager and a snapshot of Prometheus bring everything back', async () => {
  const result = await runSmallDrill(drillOf('--web.enable-admin-api', `docker stop alertmanager\n${silences}\ndocker start alertmanager\ncurl --silent --fail --request POST ${snapshot}\n${metrics}`));
  expect(result.scenario, explained(result)).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null });
  expect(result.errors).toEqual([]);
  expect(result.scenario.data.map(({ name, status, covered }) => [name, status, covered])).toEqual([['silences', 'intact', 'yes'], ['metrics', 'intact', 'yes']]);
});

it('an Alertmanager copied live and a snapshot that was refused bring nothing back, though every command exits 0', async () => {
  const result = await runSmallDrill(drillOf('', `${silences}\ncurl --silent --request POST ${snapshot}\n${metrics}`));
  expect(result.scenario.steps.map(({ exitCode }) => exitCode), explained(result)).toEqual([0, 0, 0]);
  expect([result.scenario.validationStatus, result.errors], explained(result)).toEqual(['FAILED', ['service-data-missing']]);
  const help = result.scenario.findings.filter(({ rule }) => rule === 'service-data-missing').map((finding) => finding.help);
  expect(help).toEqual([expect.stringContaining('every 15m: stop or restart it before the copy'), expect.stringContaining('only with --web.enable-admin-api')]);
});
