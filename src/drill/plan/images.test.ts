import { describe, expect, it } from 'vitest';
import { imagesInShell } from './images-in-blocks.ts';
import { contextsInCompose, imagesOf, interpolate } from './images-in-compose.ts';

describe('imagesInShell', () => {
  it.each<[string, readonly string[]]>([
    ['docker run --rm -v a:/a:ro -v "$D":/b alpine tar czf /b/x.tgz -C /a .', ['alpine']],
    ['sudo docker run -it --name x -e A=B --network=host postgres:16 psql', ['postgres:16']],
    ['docker run -itv a:/a busybox:1 sh', ['busybox:1']],
    ['docker run -va:/a busybox sh', ['busybox']],
    ['docker run \\\n  --mount type=volume,src=a,dst=/a \\\n  "ghcr.io/o/app@sha256:abc" run alpine', ['ghcr.io/o/app@sha256:abc']],
    ['sudo -u ops docker container create --name a redis:7', ['redis:7']],
    ['docker pull -q mariadb && docker image pull --platform linux/amd64 nginx', ['mariadb', 'nginx']],
    ['docker --context default -D run -a stdout alpine true', ['alpine']],
    ['for v in a b; do x=$(docker run alpine date); echo "$(docker run busybox)"; done | docker run -i debian cat', ['alpine', 'busybox', 'debian']],
    ['DOCKER_HOST=x docker run -- alpine', ['alpine']],
    ['docker run "$IMAGE" x; docker run alpine:$TAG; docker run `cat image`', []],
    ['docker compose run app sh; docker exec app ls; docker ps; docker volume create x', []],
    ['echo docker run alpine; # docker run busybox\ngrep "docker run x" file', []],
    ['docker run', []],
  ])('%s', (text, images) => expect(imagesInShell(text)).toEqual(images));
});

describe('images of a Compose file', () => {
  it.each([
    ['a:${V}', 'a:1'],
    ['a:$V', 'a:1'],
    ['a:${V:-2}', 'a:1'],
    ['a:${EMPTY:-2}', 'a:2'],
    ['a:${EMPTY-2}', 'a:'],
    ['a:${NONE-2}', 'a:2'],
    ['a:${NONE:-${V}}', 'a:1'],
    ['a:${NONE:?wanted}', 'a:'],
    ['a${V:+-slim}', 'a-slim'],
    ['a$$V', 'a$V'],
  ])('%s becomes %s', (text, result) => expect(interpolate(text, { V: '1', EMPTY: '' })).toBe(result));

  it('takes each service with an image', () => {
    const source = 'x-a: &a { image: "redis:${R:-7}" }\nservices:\n  a: { <<: *a }\n  b: { image: vendor/b, build: . }\n  c: { build: . }\n  d: { image: "${NONE}" }\n';
    expect(imagesOf(source, {})).toEqual(['redis:7', 'vendor/b']);
  });

  it.each(['', 'services: []', 'services: { a: 1 }', '{ not yaml', 'services: { a: !reset { image: x } }'])('has none, or what it can, in %s', (source) => {
    expect(imagesOf(source, {})).toEqual(source.includes('reset') ? ['x'] : []);
  });

  it('is told with the folders that it builds from, and not what is fetched', () => {
    const builds = ['.', '{ context: app }', '{ dockerfile: D }', '{ dockerfile_inline: FROM a }', 'https://example.org/a.git', "'git@example.org:a.git'"];
    expect(contextsInCompose(`services:\n${builds.map((build, at) => `  s${at}: { build: ${build} }\n`).join('')}  n: { image: a }\n`)).toEqual(['.', 'app', '.', '.']);
  });
});
