/** What a scenario can mean beyond "all is restored": each meaning with a runbook that keeps to it, and one that does not. */
import { describe, expect, it } from 'vitest';
import type { ScenarioReport } from '../src/drill/report-model.ts';
import { type SmallDrill, explained, goodBlocks, runSmallDrill } from './small-drill.ts';

interface Meaning {
  readonly name: string;
  readonly drill: SmallDrill;
  readonly status: ScenarioReport['validationStatus'];
  /** All findings but one that every small drill has (BusyBox's tar drops extended attributes): file and line, rule, `w` for a warning. */
  readonly findings: readonly string[];
  /** Name and status of places and services. */
  readonly became?: readonly string[];
}

const told = ({ findings }: ScenarioReport): readonly string[] =>
  findings.filter(({ rule, severity }) => !(rule === 'metadata-changed' && severity === 'warning')).map(({ file, line, rule, severity }) => `${file}:${line} ${rule}${severity === 'warning' ? ' w' : ''}`);
const became = ({ data, services }: ScenarioReport): readonly string[] => [...data, ...services].map(({ name, status }) => `${name} ${status}`);

/** Beside the declared volume: what holds no data, and what does. */
const withMounts = (mounts: string, more = ''): string => `${goodBlocks.deploy.replace('-v app_data', `${mounts} -v app_data`)}${more}`;
const harmless = '-v /var/run/docker.sock:/docker.sock -v $PWD/conf:/conf:ro -v $PWD/app.conf:/app.conf:ro -v /etc/localtime:/localtime:ro -v /:/host:ro -v /srv/backups:/backups -v /empty';
const inGit = { 'conf/a.conf': 'a', 'app.conf': 'b' };

const twoImages = `for v in 1 2; do printf "FROM alpine\nLABEL v=$v\n" | docker build -q -t program:$v -; done`;
const fromImage = (version: number): string => `docker rm -f app\ndocker run -d --name app -v app_data:/data program:${version} sleep 1000000\n`;

const meanings: readonly Meaning[] = [
  {
    name: 'what is in use and holds no data is no finding, nor what is ignored',
    drill: { files: inGit, drill: { ignore: ['cache'] }, blocks: { deploy: withMounts(`${harmless} -v cache:/cache`) } },
    status: 'SUCCESSFUL',
    findings: [],
  },
  {
    name: 'what is in use and not declared is a warning',
    drill: { files: inGit, blocks: { deploy: `mkdir state\n${withMounts('-v cache:/cache -v $PWD/state:/state -v $PWD/conf:/conf -v /filled', "\ndocker exec app sh -c 'echo 1 > /filled/a; echo 1 > /conf/new'")}` } },
    status: 'SUCCESSFUL',
    findings: ['anonymous', 'conf', 'state', 'cache'].map(() => 'drill.yaml:10 uncovered-data w'),
  },
  {
    name: 'the image of the backup is the image of the restore',
    drill: { blocks: { deploy: `${twoImages}\n${goodBlocks.deploy.replace('alpine sleep', 'program:1 sleep')}`, restore: `${fromImage(1)}${goodBlocks.restore}` } },
    status: 'SUCCESSFUL',
    findings: [],
  },
  {
    name: 'another major version at the restore is found where it was started',
    drill: { blocks: { deploy: `${twoImages}\n${goodBlocks.deploy.replace('alpine sleep', 'program:1 sleep')}`, restore: `${fromImage(2)}${goodBlocks.restore}` } },
    status: 'FAILED',
    findings: ['runbook.md:24 image-changed'],
  },
];

describe.concurrent('a scenario means what its drill file says', { timeout: 120_000 }, () => {
  it.each(meanings)('$name', async ({ drill, status, findings, became: expected }) => {
    const result = await runSmallDrill(drill);
    const { scenario } = result;
    expect({ status: scenario.validationStatus, findings: told(scenario), ...(expected === undefined ? {} : { became: became(scenario) }) }, explained(result)).toEqual({
      status,
      findings,
      ...(expected === undefined ? {} : { became: expected }),
    });
  });
});
