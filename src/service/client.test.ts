import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ExecResult } from '../ports/host.ts';
import { addressOf, clientScript, judgeDatabases } from './client.ts';
import { judge as judgeMessages } from './mosquitto.ts';
import { judge as judgeKey } from './redis.ts';
import { serviceKinds } from './registry.ts';
import { judge as judgeObject } from './s3.ts';
import { judge as judgeFile } from './sqlite.ts';

const result = (stdout: string, stderr = '', exitCode = 0): ExecResult => ({ exitCode, stdout: Buffer.from(stdout), stderr });

const run = (script: string, input: string): string => execFileSync('/bin/sh', ['-c', script], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });

describe('clientScript', () => {
  const client = { programs: ['no-such-program', 'sh'], debianPackage: 'shell', passwordVariable: 'SECRET' } as const;

  it('hands on password, variables and input, and takes the program that is there', () => {
    const script = clientScript(client, { inside: true, password: { text: '' }, variables: { NAME: "it's $HOME" }, script: 'printf "%s|%s|%s\\n" "$client" "$SECRET" "$NAME"; cat', input: '' });
    expect(run(script, 'a "b" \\c\nrest\n')).toMatch(/\/sh\|a "b" \\c\|it's \$HOME\nrest\n$/);
  });

  it('leaves the variable out where there is no password', () => {
    expect(run(clientScript(client, { inside: true, password: undefined, script: 'echo "${SECRET-none}"', input: '' }), '\n')).toBe('none\n');
  });

  it('says which package has the program that is missing', () => {
    const script = clientScript({ ...client, programs: ['no-such-program'] }, { inside: false, password: undefined, script: 'true', input: '' });
    expect(() => run(script, '\n')).toThrow(/no-such-program/);
    expect(script).toContain('name shell in host.packages');
  });
});

it.each([
  [undefined, '127.0.0.1', '5432'],
  ['postgresql://db', 'db', '5432'],
  ['postgresql://db:6000/x', 'db', '6000'],
  ['redis://[::1]:6379', '::1', '6379'],
])('addressOf %s', (url, host, port) => {
  expect(addressOf(url, 5432)).toEqual({ host, port });
});

describe('a canary that is planted in several databases', () => {
  it.each([
    ['all of them', [['a', 2], ['b', 2]], 'there'],
    ['all of them and one more that nobody planted in', [['a', 1], ['b', null]], 'there'],
    ['one of two', [['a', 2], ['b', null]], 'absent'],
    ['one of two, where the other is gone', [['a', 2]], 'absent'],
    ['none', [['a', null]], 'absent'],
    ['a server without any', [], 'absent'],
  ] as const)('is in %s', (_, found, state) => {
    expect(judgeDatabases(new Map<string, number | null>(found), false).state).toBe(state);
  });
});

it('a late canary is back when it is in one place of several', () => {
  expect(judgeDatabases(new Map([['a', 2], ['b', null]]), true).state).toBe('there');
  expect(judgeDatabases(new Map([['a', null]]), true).state).toBe('absent');
  expect(judgeMessages(result('retained 0 N\nqueued 27 \n'), 'N', true).state).toBe('there');
  expect(judgeMessages(result('retained 27 \nqueued 27 \n'), 'N', true).state).toBe('absent');
  expect(judgeFile(result('canary 1\nrow 3 missing from index i\n'), '/x', true).state).toBe('there');
});

describe('what a client says', () => {
  it.each([
    ['the key', result('PONG\nOK\nN\nPONG\n'), 'there'],
    ['no key', result('PONG\nOK\n\nPONG\n'), 'absent'],
    ['another value', result('PONG\nOK\nM\nPONG\n'), 'unproven'],
    ['while it loads', result('LOADING Redis is loading\n\nLOADING\n\nLOADING\n\n'), 'unproven'],
    ['without its password', result('NOAUTH Authentication required.\n\n'), 'unproven'],
    ['of a database that is not there', result('PONG\nERR DB index is out of range\n\n\nPONG\n'), 'unproven'],
    ['nothing', result(''), 'unproven'],
    ['no connection', result('', 'Could not connect', 1), 'unproven'],
  ])('of a key: %s', (_, given, state) => {
    expect(judgeKey(given, 'N').state).toBe(state);
  });

  it.each([
    ['both', result('retained 0 N\nqueued 0 N\n'), 'there'],
    ['the retained one alone', result('queued 27 \nretained 0 N\n'), 'absent'],
    ['the queued one alone', result('retained 27 \nqueued 0 N\n'), 'absent'],
    ['none', result('retained 27 \nqueued 27 \n'), 'absent'],
    ['one is gone, and no answer for the other', result('retained 27 \nqueued 5 \n'), 'absent'],
    ['one is there, and no answer for the other', result('retained 0 N\nqueued 5 \n'), 'unproven'],
    ['another message', result('retained 0 M\nqueued 0 N\n'), 'unproven'],
    ['half', result('retained 0 N\n'), 'unproven'],
    ['a failure', result('retained 27 \nqueued 27 \n', 'killed', 137), 'unproven'],
  ])('of messages: %s', (_, given, state) => {
    expect(judgeMessages(given, 'N', false).state).toBe(state);
  });

  it.each([
    ['whole', result('canary 1\nok\n'), 'there'],
    ['whole, without it', result('canary 0\nok\n'), 'absent'],
    ['damaged, with it', result('canary 1\nrow 3 missing from index i\n'), 'absent'],
    ['without the table', result('', 'Error: in prepare, no such table: drill_canary', 1), 'absent'],
    ['malformed', result('', 'Runtime error near line 2: database disk image is malformed (11)', 1), 'absent'],
    ['no database', result('', 'Error: in prepare, file is not a database (26)', 1), 'absent'],
    ['not there', result('', 'there is no file /x', 66), 'absent'],
    ['locked', result('', 'Error: database is locked', 5), 'unproven'],
    ['a container that is not there', result('', 'container app is not running', 125), 'unproven'],
    ['silent', result(''), 'unproven'],
  ])('of a file that is %s', (_, given, state) => {
    expect(judgeFile(given, '/x', false).state).toBe(state);
  });

  it.each([
    ['there', { answered: true, status: 200, body: 'N' }, 'there'],
    ['another', { answered: true, status: 200, body: 'M' }, 'unproven'],
    ['gone', { answered: true, status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }, 'absent'],
    ['gone with its bucket', { answered: true, status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' }, 'absent'],
    ["a proxy's 404", { answered: true, status: 404, body: 'page not found' }, 'unproven'],
    ['forbidden', { answered: true, status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }, 'unproven'],
    ['not asked', { answered: false, why: 'connection refused' }, 'unproven'],
  ] as const)('of an object that is %s', (_, given, state) => {
    expect(judgeObject(given, 'N').state).toBe(state);
  });
});

it('every kind is described', () => {
  const text = readFileSync(new URL('../../docs/services.md', import.meta.url), 'utf8');
  expect(serviceKinds.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
});
