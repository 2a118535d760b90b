import { describe, expect, it } from 'vitest';
import { Generations, runsOf } from './generations.ts';

const file = (path: string, inode: string, modified: number) => ({ path, inode, modified, bytes: 1, changed: 2_000_000 });
const day = 86_400;

describe('the run that wrote a file', () => {
  function afterOne(): Generations {
    const generations = new Generations();
    generations.note([file('/b/app', '1:10', 1_000_000.75)], 2);
    generations.age(day);
    return generations;
  }
  const aged = 1_000_000 - day;

  it('is told by its content, whatever a later run calls it or lets read it', () => {
    const generations = afterOne();
    const renamed = file('/b/app.1', '1:10', aged);
    const now = file('/b/app', '1:11', 1_000_060.5);
    generations.note([renamed, now], 1);
    expect([renamed, now].map((each) => generations.runOf(each))).toEqual([2, 1]);
  });

  it('goes on through every day that makes files older', () => {
    const generations = afterOne();
    generations.note([file('/b/app.1', '1:10', aged)], 1);
    generations.age(day);
    expect(generations.runOf(file('/b/app.2', '1:10', aged - day))).toBe(2);
  });

  it.each([
    ['that is written anew in its place', file('/b/app', '1:10', 1_000_060.5)],
    ['that takes the inode of one that was removed', file('/b/other', '1:10', 1_000_061)],
    ['that comes back with the time of its data, as it had it before it was made older', file('/b/app', '1:10', 1_000_000.75)],
  ])('is the latest for a file %s', (_name, written) => {
    const generations = afterOne();
    expect(generations.runOf(written)).toBeNull();
    generations.note([written], 1);
    expect(generations.runOf(written)).toBe(1);
  });
});

describe('the runs of an artefact', () => {
  const written = new Map([['/b/0/file', 0], ['/b/1/file', 1], ['/b/2/file', 2], ['/old.tar', 2]]);

  it.each([
    ['a file is its own', { kind: 'file', path: '/old.tar', state: 'readable' }, { surely: [2], perhaps: [] }],
    ['what no earlier run wrote is the last one\'s', { kind: 'file', path: '/new.tar', state: 'readable' }, { surely: [0], perhaps: [] }],
    ['a repository may hold them all', { kind: 'folder', path: '/repository/', state: 'opaque' }, { surely: [0, 1, 2], perhaps: [] }],
    ['copies of many days in one folder are surely of the newest alone', { kind: 'folder', path: '/b/', state: 'readable' }, { surely: [0], perhaps: [1, 2] }],
    ['copies of one day are that one\'s', { kind: 'folder', path: '/b/1/', state: 'readable' }, { surely: [1], perhaps: [] }],
  ] as const)('%s', (_name, artefact, runs) => {
    expect(runsOf(artefact, written, 3)).toEqual(runs);
  });
});
