import { describe, expect, it } from 'vitest';
import { hostPaths } from './host-paths.ts';
import { meantBy } from './named-paths.ts';

const isMeant = (text: string): boolean => meantBy(text, hostPaths('ops', '~/site'))('web/conf/a.yml');

describe('a file is meant', () => {
  it.each([
    ['by a glob', 'cat conf/*.yml'],
    ['by a glob of its name', 'for f in *.yml; do cat "$f"; done'],
    ['by a glob of its folder', 'cp */conf/* /etc'],
    ['by a glob that the shell is kept from', String.raw`find . -name \*.yml -o -name '*.yaml'`],
    ['by braces', 'cat conf/{a,b}.yml'],
    ['by a glob behind a variable', 'cat "$here"/conf/?.yml'],
    ['by a variable in a glob', 'cat $1/$what.d/../conf/*.yml conf/$name*'],
    ['by its folder', 'cp -r ./conf/. /etc'],
    ['by its folder without a slash, where folders are copied', 'cp -r conf /etc'],
    ['by its folder without a slash, where an image is built', "COPY 'conf' /etc/app"],
    ['by a folder above it, as the context of an image', 'docker build -t app web'],
    ['by a folder above it', 'rsync -a web/ /srv'],
    ['by its folder in the workspace', 'ls ~/site/web; ls "$HOME/site/web/"'],
    ['by an absolute path into the workspace', 'cat /home/ops/site/web/*/*'],
    ['by a folder that is mounted', 'volumes:\n  - ./conf:/etc/conf:ro'],
  ])('%s', (_, text) => expect(isMeant(text)).toBe(true));

  it.each([
    ['by a glob of other files', 'cat conf/*.json'],
    ['by a glob that means everything', 'ls * ? */* "$x"/* ./*; rm -rf **/*'],
    ['by a word that may be anything', 'docker start conf'],
    ['by a word of a line beside one that copies', 'docker start conf\ncp -r other /etc'],
    ['by a path outside the workspace', 'rm -rf /srv/conf/* ~/conf/; tar xf /conf/'],
    ['by another folder', 'cp -r ./configuration myconf/ conf.d/'],
  ])('not %s', (_, text) => expect(isMeant(text)).toBe(false));
});
