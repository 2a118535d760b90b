/** Whole drills of backups on many days: what a retention leaves, on Docker with files and on Incus with snapshots. */
import { describe } from 'vitest';
import { type Pair, itCatches } from './pairs.ts';
import { goodBlocks, type SmallDrill } from './small-drill.ts';

const tar = 'docker run --rm -v app_data:/v:ro -v /srv/backups:/b alpine tar czf "/b/app-$(date +%Y%m%d).tar.gz" -C /v .';
const restore = goodBlocks.restore.replace('tar xzf /b/app.tar.gz', 'tar xzf "/b/$(ls /b | tail -n 1)"');

const onDocker = (backup: string, retention: unknown = { runs: 6, keep: { app: 3 } }, every = '24h'): SmallDrill => ({ blocks: { backup, restore }, scenario: { every, retention } });

/** Touches the files of other days, and not what is in them. */
const closeAll = "docker run --rm -v /srv/backups:/b alpine sh -c 'chmod 600 /b/*'";

/** By the dates in the names. */
const byName = `${tar}
for file in /srv/backups/app-*.tar.gz; do
  day=\${file##*-}
  if [[ \${day%%.*} < $(date -d '2 days ago' +%Y%m%d) ]]; then rm -f "$file"; fi
done`;
/** The newest is always `app.tar.gz`, and the others move on by a name each. */
const moving = (last: number): string => `docker run --rm -v /srv/backups:/b alpine sh -c 'for n in $(seq ${last} -1 1); do if [ -e /b/app.$n ]; then mv /b/app.$n /b/app.$((n + 1)); fi; done; rm -f /b/app.${last + 1}; if [ -e /b/app.tar.gz ]; then mv /b/app.tar.gz /b/app.1; fi'
${tar.replace('-$(date +%Y%m%d)', '')}`;
const byAge = `${tar}\nfind /srv/backups -name 'app-*.tar.gz' -mtime +2 -delete`;

const volume = 'incus storage volume';
const deploy = `${volume} create local web-data
incus init debian/13 web
incus config device add web data disk pool=local source=web-data path=/data
incus start web
incus exec web -- sh -c 'echo kept > /data/file'`;
/** Names carry the day; whatever is older than the day before yesterday goes. */
const snapshots = (remove: string): string => `${volume} snapshot create local web-data "daily-$(date +%Y%m%d)"
for name in $(${volume} snapshot list local web-data --format csv --columns n | grep -oE 'daily-[0-9]{8}'); do
  if [[ $(date -d "\${name#daily-}" +%s) -lt $(date -d "$(date -d '2 days ago' +%F)" +%s) ]]; then
    ${remove}
  fi
done`;
const onIncus = (remove: string): SmallDrill => ({
  host: { engine: 'incus', images: ['debian/13'] },
  drill: { data: { web: { volume: 'local/web-data' } } },
  scenario: { every: '24h', retention: { runs: 5, keep: { web: 3 } }, loss: { data: ['web'], how: 'delete' } },
  blocks: { deploy, backup: snapshots(remove), restore: `incus stop --force web\n${volume} snapshot restore local web-data "daily-$(date +%Y%m%d)"\nincus start web` },
});

const exportsOnIncus = (name: string): SmallDrill => {
  const drill = onIncus('true');
  const restoreIt = `incus stop --force web\nincus config device remove web data\n${volume} delete local web-data\n${volume} import local "/srv/backups/${name}" web-data\nincus config device add web data disk pool=local source=web-data path=/data\nincus start web`;
  return { ...drill, scenario: { ...drill.scenario, retention: { runs: 2, keep: { web: 2 } } }, blocks: { deploy, backup: `${volume} export local web-data "/srv/backups/${name}"`, restore: restoreIt } };
};

const pairs: readonly Pair[] = [
  {
    onlyThorough: true,
    name: 'an export over that of another day',
    good: exportsOnIncus('web-data-$(date +%Y%m%d).tar.gz'),
    bad: exportsOnIncus('web-data.tar.gz'),
    rules: ['retention-broken'],
  },
  {
    name: 'dated files that nobody removes, and that each day closes to others',
    good: onDocker(`${byName}\n${closeAll}`),
    bad: onDocker(`${tar}\n${closeAll}`, { runs: 3, keep: { app: 1 } }),
    rules: ['retention-broken'],
  },
  {
    onlyThorough: true,
    name: 'files by their age, kept a day too long',
    good: onDocker(byAge),
    bad: onDocker(byAge.replace('-mtime +2', '-mtime +3')),
    rules: ['retention-broken'],
    at: { 'retention-broken': '-mtime +3' },
  },
  {
    onlyThorough: true,
    name: 'files that move on by a name a day, one too far',
    good: onDocker(moving(2)),
    bad: onDocker(moving(3)),
    rules: ['retention-broken'],
  },
  {
    onlyThorough: true,
    name: 'one file that every day writes over',
    good: onDocker(byName),
    bad: onDocker(tar.replace('-$(date +%Y%m%d)', '')),
    rules: ['retention-broken'],
  },
  {
    onlyThorough: true, name: 'snapshots that are deleted in a form that Incus does not know, its failure hidden',
    good: onIncus(`${volume} snapshot delete local web-data "$name"`),
    bad: onIncus(`${volume} delete local "web-data/$name" 2>/dev/null || true`),
    rules: ['retention-broken', 'masked-failure'],
    at: { 'retention-broken': 'web-data/$name' },
  },
];

describe.concurrent('a retention', { timeout: 600_000 }, () => {
  itCatches(pairs);
});
