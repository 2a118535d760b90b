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

/** A script that the runbook says to save, its call, and what nobody runs. */
const savedScript = [{ write: '#script', to: '/usr/local/bin/save-all', mode: '0755', user: 'root' }, '#call', { skip: '#elsewhere', why: 'by hand' }];
const app = { volume: 'app_data' };
const inVolume = (volume: string, command: string): string => `docker run --rm -v ${volume}:/v -v /srv/backups:/b alpine sh -c '${command}'`;
const save = (volume: string): string => inVolume(volume, `tar czf /b/${volume}.tar.gz -C /v .`);
const bring = (volume: string): string => inVolume(volume, `find /v -mindepth 1 -delete && tar xzf /b/${volume}.tar.gz -C /v`);

/** An authority beside the app: its key, and what it was asked for. */
const newKey = inVolume('ca_data', 'head -c 32 /dev/urandom | od -An -tx1 | tr -d " \\n" > /v/key; echo "name: house" > /v/config');
const ask = (command: string): string => `docker run --rm -v ca_data:/ca alpine sh -c "${command}"`;
const withAuthority = {
  drill: {
    data: { app, ca: { volume: 'ca_data' } },
    services: { ca: { kind: 'command', data: 'ca', 'ready-timeout': '5s', ready: ask('test -s /ca/key'), seed: ask('echo $DRILL_NONCE >> /ca/issued'), late: ask('echo $DRILL_LATE_NONCE >> /ca/issued'), check: ask('grep -qs $DRILL_NONCE /ca/issued || exit 1') } },
  },
  blocks: { deploy: `${goodBlocks.deploy}\n${newKey}`, backup: `${save('app_data')}\n${inVolume('ca_data', 'cp /v/key /b/key')}` },
};
const emptied = inVolume('ca_data', 'find /v -mindepth 1 -delete');
const authorityLost = { loss: { data: ['app', 'ca'], how: 'delete' }, expect: { ca: 'regenerated' } };

const withOther = {
  drill: { data: { app, other: { volume: 'other_data' } } },
  blocks: { deploy: `${goodBlocks.deploy}\n${inVolume('other_data', 'echo neighbour > /v/file')}`, backup: `${save('app_data')}\n${save('other_data')}` },
};
const runApp = 'docker run -d --name app -v app_data:/data alpine sleep 1000000';
const stackLost = { loss: 'stack', keep: ['other'] };
/** What was written after the backup is in a copy that the loss does not reach. */
const copied = { steps: [{ run: 'docker kill app; cp -a /var/lib/docker/volumes/app_data/_data /tmp/copy; find /var/lib/docker/volumes/app_data/_data -mindepth 1 -delete', user: 'root', why: 'stages the loss' }], data: ['app'] };

const inApp = (command: string): string => `docker run --rm -v app_data:/v alpine sh -c "${command}"`;
/** After the restore it says for a while that it has nothing. */
const loading = (seconds: number, timeout: string): SmallDrill => {
  return {
    drill: { services: { app: { kind: 'command', data: 'app', 'ready-timeout': timeout, seed: inApp('echo $DRILL_NONCE > /v/own'), late: inApp('echo $DRILL_LATE_NONCE > /v/own'), check: `[ $(($(date +%s) - $(cat ~/restored 2>/dev/null || echo 0))) -ge ${seconds} ] || exit 1; ${inApp('grep -qs $DRILL_NONCE /v/own || exit 1')}` } } },
    blocks: { restore: `${goodBlocks.restore}\ndate +%s > ~/restored` },
  };
};

/** Another backup on Sundays, and a week of them kept; 28 February 2027 is a Sunday. */
const weekly = {
  backup: `touch -d '10 days ago' /srv/backups/old.tar.gz
printf -v day '%(%F)T' -1
[ "$(sudo date +%F)" = "$day" ] && [ "$(python3 -c 'import datetime; print(datetime.date.today())')" = "$day" ] || exit 1
if [ "$(date +%a)" = Sun ]; then
  docker run --rm -v app_data:/v:ro -v /srv/backups:/b alpine tar czf /b/app-$day.tar.gz -C /v .
else
  tar czf /srv/backups/app-$day.tar.gz -T /dev/null
fi
find /srv/backups -name '*.tar.gz' -mtime +7 -delete
if [ -e /srv/backups/old.tar.gz ]; then exit 1; fi`,
  restore: inVolume('app_data', 'find /v -mindepth 1 -delete && tar xzf /b/app-2027-02-28.tar.gz -C /v'),
};

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
    name: 'what the backup takes away is a warning: nobody asks for it back',
    drill: { blocks: { backup: `docker exec app rm /data/file\n${goodBlocks.backup}` } },
    status: 'SUCCESSFUL',
    findings: ['drill.yaml:11 data-gone-in-backup w'],
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
  {
    name: 'what is to be regenerated has a new key',
    drill: { ...withAuthority, scenario: authorityLost, blocks: { ...withAuthority.blocks, restore: `${bring('app_data')}\n${newKey}` } },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact', 'ca regenerated', 'ca regenerated'],
  },
  {
    name: 'what is to be regenerated has the old key, though nothing else came back',
    drill: { ...withAuthority, scenario: authorityLost, blocks: { ...withAuthority.blocks, restore: `${bring('app_data')}\n${inVolume('ca_data', 'cp /b/key /v/key')}` } },
    status: 'FAILED',
    findings: ['drill.yaml:13 not-regenerated'],
    became: ['app intact', 'ca intact', 'ca regenerated'],
  },
  {
    name: 'a compromise destroys nothing, and the key is made anew',
    drill: { ...withAuthority, scenario: { loss: { compromise: ['ca'] }, restore: ['#restore', { wait: 'ca' }] }, blocks: { ...withAuthority.blocks, restore: `docker exec app cat /data/file\n${emptied}\n${newKey}` } },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact', 'ca regenerated', 'ca regenerated'],
  },
  {
    name: 'a compromised key that is only copied again',
    drill: { ...withAuthority, scenario: { loss: { compromise: ['ca'] } }, blocks: { ...withAuthority.blocks, restore: inVolume('ca_data', 'cp /v/key /v/new && mv /v/new /v/key && rm /v/issued') } },
    status: 'FAILED',
    findings: ['drill.yaml:13 not-regenerated'],
    became: ['app intact', 'ca intact', 'ca regenerated'],
  },
  {
    name: 'what is declared lost stays lost',
    drill: { ...withOther, scenario: { loss: { data: ['app', 'other'], how: 'delete' }, expect: { other: 'lost' } }, blocks: { ...withOther.blocks, restore: bring('app_data') } },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact', 'other lost'],
  },
  {
    name: 'what is declared lost and comes back is a warning',
    drill: { ...withOther, scenario: { loss: { data: ['app', 'other'], how: 'delete' }, expect: { other: 'lost' } }, blocks: { ...withOther.blocks, restore: `${bring('app_data')}\n${bring('other_data')}` } },
    status: 'SUCCESSFUL',
    findings: ['drill.yaml:13 not-lost w'],
    became: ['app intact', 'other intact'],
  },
  {
    name: 'also: what the restore rolls back besides has no late canary any more',
    drill: { ...withOther, scenario: { also: ['other'] }, blocks: { ...withOther.blocks, restore: `${bring('app_data')}\n${bring('other_data')}` } },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact', 'other intact'],
  },
  {
    name: 'also: what the restore leaves as it is has its late canary still',
    drill: { ...withOther, scenario: { also: ['other'] }, blocks: { ...withOther.blocks, restore: bring('app_data') } },
    status: 'FAILED',
    findings: ['drill.yaml:13 late-write-returned'],
    became: ['app intact', 'other changed'],
  },
  {
    name: 'keep: a lost stack spares a place',
    drill: { ...withOther, scenario: stackLost, blocks: { ...withOther.blocks, restore: `${runApp}\n${bring('app_data')}` } },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact', 'other intact'],
  },
  {
    name: 'keep: and the restore must spare it too',
    drill: { ...withOther, scenario: stackLost, blocks: { ...withOther.blocks, restore: `docker volume rm other_data\n${runApp}\n${bring('app_data')}` } },
    status: 'FAILED',
    findings: ['drill.yaml:13 bystander-changed'],
    became: ['app intact', 'other missing'],
  },
  {
    name: 'late: any lets a late write come back',
    drill: { scenario: { late: 'any', loss: copied }, blocks: { restore: 'sudo cp -a /tmp/copy/. /var/lib/docker/volumes/app_data/_data/' } },
    status: 'SUCCESSFUL',
    findings: ['drill.yaml:23 not-in-runbook w'],
    became: ['app intact'],
  },
  {
    name: 'a restore that ends the same when it runs again',
    drill: { scenario: { 'repeat-restore': true, every: '1h', rpo: '2h', backup: savedScript }, blocks: { script: goodBlocks.backup, call: 'sudo save-all', elsewhere: 'never-to-be-run' } },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact'],
  },
  {
    name: 'a service may load for as long as its ready-timeout allows',
    drill: loading(14, '90s'),
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact', 'app intact'],
  },
  {
    name: 'a service that still has nothing when its ready-timeout is over',
    drill: loading(10_000, '12s'),
    status: 'FAILED',
    findings: ['drill.yaml:28 service-data-missing'],
    became: ['app unproven', 'app missing'],
  },
  {
    name: 'the host has the date that it is given',
    drill: { host: { date: '2027-02-28T02:00:00Z' }, blocks: weekly },
    status: 'SUCCESSFUL',
    findings: [],
    became: ['app intact'],
  },
  {
    name: 'the host has a date on which the backup saves nothing',
    drill: { host: { date: '2027-03-01T02:00:00Z' }, blocks: weekly },
    status: 'FAILED',
    findings: ['drill.yaml:12 data-missing', 'drill.yaml:12 uncovered-data', 'runbook.md:20 empty-archive', 'runbook.md:29 step-failed'],
    became: ['app missing'],
  },
  {
    name: 'a restore that does not end the same when it runs again, of backups that are too rare',
    drill: { scenario: { 'repeat-restore': true, every: '1h', rpo: '30m' }, blocks: { restore: `mkdir /tmp/restore\n${inVolume('app_data', 'if [ -e /v/file ]; then mv /v/file /v/file.old; fi; tar xzf /b/app.tar.gz -C /v')}` } },
    status: 'FAILED',
    findings: ['drill.yaml:11 data-extra', 'drill.yaml:16 rpo-breached', 'runbook.md:20 step-failed'],
    became: ['app changed'],
  },
];

describe.concurrent('a scenario means what its drill file says', { timeout: 300_000 }, () => {
  it.each(meanings.map((meaning) => [meaning.name, meaning] as const))('%s', async (_name, { drill, status, findings, became: expected }) => {
    const result = await runSmallDrill(drill);
    const { scenario } = result;
    expect({ status: scenario.validationStatus, findings: told(scenario), ...(expected === undefined ? {} : { became: became(scenario) }) }, explained(result)).toEqual({
      status,
      findings,
      ...(expected === undefined ? {} : { became: expected }),
    });
  });
});
