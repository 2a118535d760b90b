import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashFolder } from './build.ts';
import { basesOf, withBases } from './images.ts';
import { programsOfRecipes, recipesFor } from './recipes.ts';
import { registryOf, repositoryOf, withTag } from './registry.ts';

describe('image names', () => {
  it.each([
    ['alpine', 'docker.io', 'alpine', 'alpine:latest'],
    ['docker.io/library/alpine:3', 'docker.io', 'alpine', 'docker.io/library/alpine:3'],
    ['grafana/grafana:12.2.0', 'docker.io', 'grafana/grafana', 'grafana/grafana:12.2.0'],
    ['quay.io/a/b', 'quay.io', 'quay.io/a/b', 'quay.io/a/b:latest'],
    ['localhost:5000/b', 'localhost:5000', 'localhost:5000/b', 'localhost:5000/b:latest'],
    ['alpine@sha256:00', 'docker.io', 'alpine', 'alpine@sha256:00'],
  ])('%s', (name, registry, repository, tagged) => {
    expect([registryOf(name), repositoryOf(name), withTag(name)]).toEqual([registry, repository, tagged]);
  });
});

describe('FROM lines', () => {
  const text = 'FROM alpine AS base\nRUN true\nfrom --platform=linux/amd64 vendor/x:1 as other\nFROM base\nFROM scratch\nFROM $IMAGE\nCOPY --from=other / /\n';

  it('name images, not stages, not scratch, not what an argument decides', () => {
    expect(basesOf(text)).toEqual(['alpine', 'vendor/x:1']);
  });

  it('are rewritten and nothing else is', () => {
    expect(withBases(text, new Map([['alpine', 'runbook-drill/alpine:1']]))).toBe(text.replace('FROM alpine', 'FROM runbook-drill/alpine:1'));
    expect(withBases(text, new Map())).toBe(text);
  });
});

describe('recipes', () => {
  it('make programs for hosts that Debian has no package of, from an image that they answer to', async () => {
    const programs = await programsOfRecipes();
    expect(programs.map(({ package: name, path }) => [name, path])).toEqual(expect.arrayContaining([['opentofu', '/usr/local/bin/tofu'], ['step-cli', '/usr/local/bin/step']]));
    for (const { image } of programs) expect(await recipesFor(image)).not.toEqual([]);
  });

  it('answer to the repositories that they name, with any tag, never to a digest or a namesake', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recipes-'));
    try {
      await mkdir(join(folder, 'app'));
      await writeFile(join(folder, 'README.md'), '');
      await writeFile(
        join(folder, 'app', 'recipe.json'),
        JSON.stringify({ repositories: ['vendor/app'], 'stand-in': 'plain', go: { build: 'build.sh', dockerfile: 'Dockerfile.go', 'stand-in': 'from source' } }),
      );
      const ways = await recipesFor('docker.io/vendor/app:2', folder);
      expect(ways.map(({ dockerfile, standIn, script }) => [dockerfile, standIn, script])).toEqual([
        ['Dockerfile.go', 'from source', 'build.sh'],
        ['Dockerfile', 'plain', null],
      ]);
      await mkdir(join(folder, 'server'));
      await writeFile(join(folder, 'server', 'recipe.json'), JSON.stringify({ repositories: ['vendor/server'], go: { build: 'build.sh', dockerfile: 'Dockerfile.go', 'stand-in': 'from source' } }));
      expect((await recipesFor('vendor/server', folder)).map(({ dockerfile }) => dockerfile)).toEqual(['Dockerfile.go']);
      await writeFile(join(folder, 'server', 'recipe.json'), JSON.stringify({ repositories: ['vendor/server'] }));
      await expect(recipesFor('vendor/server', folder)).rejects.toThrow('says how it is built');
      await rm(join(folder, 'server'), { recursive: true });
      expect(await recipesFor('other/app', folder)).toEqual([]);
      expect(await recipesFor('app', folder)).toEqual([]);
      expect(await recipesFor('vendor/app@sha256:00', folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('change their hash with any name or byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hash-'));
    try {
      await writeFile(join(folder, 'a'), 'b');
      const first = await hashFolder(folder);
      expect(await hashFolder(folder)).toBe(first);
      await writeFile(join(folder, 'a'), 'c');
      const second = await hashFolder(folder);
      await rm(join(folder, 'a'));
      await writeFile(join(folder, 'b'), 'c');
      expect(new Set([first, second, await hashFolder(folder)]).size).toBe(3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
