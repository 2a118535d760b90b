import { describe, expect, test } from 'vitest';
import { judgeTrace } from './failures.ts';
import type { JudgedFailure, TraceInput } from './failures.ts';
import type { ToolRecord, TraceRecord } from './protocol.ts';
import { said } from './said.ts';

const record = (of: Partial<TraceRecord> & Pick<TraceRecord, 'command' | 'line'>): TraceRecord => ({
  kind: 'command', pid: 7, subshell: 0, first: false, depth: 2, trap: null, block: 1, source: 'block', at: of.line, time: 0, status: 0, pipeStatus: [0], cwd: '/', background: null, previous: null, count: 1, ...of,
});
const tool = (of: Partial<ToolRecord> & Pick<ToolRecord, 'tool' | 'args'>): ToolRecord => ({
  block: 1, line: 1, time: 0, end: 0, exitCode: 1, stderr: '', parent: '-bash', parentPid: 7, cwd: '/', count: 1, ...of,
});
const judge = (text: string, input: Partial<TraceInput>): readonly JudgedFailure[] =>
  judgeTrace({ text, records: [record({ command: text.split('\n')[0] ?? '', line: 1 })], tools: [], exitCode: 0, exited: false, stderrTail: '', ...input }).failures;
const place = (line: number, name: string) => ({ source: 'block', line, command: `docker rm ${name} 2> /dev/null` });
const underSh = (args: readonly string[]): ToolRecord => tool({ tool: 'docker', args, parent: '/bin/sh /run/block', line: 0 });

/** What no bash on this machine has to run for. */
describe('judges what is told of', () => {
  test('standard error behind 2>/dev/null, from the wrapper of that line', () => {
    const text = 'docker rm a 2>/dev/null || true\ndocker rm b 2>/dev/null || true';
    const records = [record(place(1, 'a')), record({ command: 'true', line: 1, status: 125, pipeStatus: [125], previous: place(1, 'a') }), record(place(2, 'b')), record({ command: 'true', line: 2, status: 125, pipeStatus: [125], previous: place(2, 'b') })];
    const tools = [tool({ tool: 'docker', args: ['rm', 'a'], line: 1, exitCode: 125, stderr: 'no such a' }), tool({ tool: 'docker', args: ['rm', 'b'], line: 2, exitCode: 125, stderr: 'no such b' })];
    expect(judge(text, { records, tools }).map(({ line, stderr }) => [line, stderr])).toEqual([[1, 'no such a'], [2, 'no such b']]);
  });

  test('standard error of the block without what other lines said, and none where it was discarded', () => {
    const text = 'docker rm a || true\nls /none\nls /none2 2>/dev/null || true';
    const records = [
      record({ command: 'docker rm a', line: 1 }),
      record({ kind: 'failure', command: 'ls /none', line: 2, status: 2, pipeStatus: [2] }),
      record({ command: 'true', line: 3, status: 2, pipeStatus: [2], previous: { source: 'block', line: 3, command: 'ls /none2 2> /dev/null' } }),
    ];
    const tools = [tool({ tool: 'docker', args: ['rm', 'a'], stderr: 'Could not resolve host: example.org\n' })];
    const stderrTail = 'Could not resolve host: example.org\nls: cannot access /none\n';
    expect(judge(text, { records, tools, stderrTail }).map(({ line, stderr }) => [line, stderr])).toEqual([[2, 'ls: cannot access /none\n'], [3, '']]);
  });

  test('the pipeline that ends the block', () => {
    const gzip = { source: 'block', line: 2, command: 'gzip' };
    const records = [record({ command: 'echo a', line: 1 }), record({ command: 'tar -c none', line: 2 }), record(gzip), record({ ...gzip, kind: 'return', pipeStatus: [2, 0], previous: gzip })];
    expect(judge('echo a\ntar -c none | gzip', { records }).map((failure) => said(failure))).toEqual(['masked 2 tar -c none =2 (upstream in a pipeline)']);
  });

  test('at most 2 KiB of it', () => {
    const records = [record({ kind: 'failure', command: 'false', line: 1, status: 1, pipeStatus: [1] })];
    expect(judge('false', { records, stderrTail: 'x'.repeat(8192) }).map(({ stderr }) => stderr.length)).toEqual([2048]);
  });

  test.each([
    ['find -exec', ['.', '-name', '*.tgz', '-exec', 'tar', '-tzf', '{}', ';'], ['masked 1×2 find . -name *.tgz -exec tar -tzf {} ; =1 (find -exec)']],
    ['find -exec that asks', ['.', '-exec', 'grep', '-q', 'x', '{}', ';', '-print'], []],
    ['find ! -exec', ['.', '!', '-exec', 'grep', '-q', 'x', '{}', ';', '-print'], []],
    ['find -exec after -exec', ['.', '-exec', 'a', '{}', ';', '-exec', 'b', '{}', ';'], ['masked 1×2 find . -exec a {} ; -exec b {} ; =1 (find -exec)']],
  ])('%s', (_, args, expected) => {
    expect(judge('find .', { tools: [tool({ tool: 'find', args, count: 2 })] }).map((failure) => said(failure))).toEqual(expected);
  });

  test('what a program of its own did with a status is not known, and not told', () => {
    expect(judge('./deploy.py', { tools: [tool({ tool: 'docker', args: ['ps'], parent: 'python3 ./deploy.py' })] })).toEqual([]);
  });

  test('a block for another shell by its text', () => {
    const text = '#!/bin/sh\ndocker stop a || true\ndocker rm b\ndocker inspect c || docker create c';
    expect(judge(text, { records: [], tools: [underSh(['stop', 'a']), underSh(['rm', 'b']), underSh(['inspect', 'c'])] }).map((failure) => said(failure))).toEqual(['masked 2 docker stop a =1 (|| true)', 'untested 3 docker rm b =1']);
  });

  test('a block for another interpreter by its status', () => {
    expect(judge('#!/usr/bin/python3\nexit(3)', { records: [], exitCode: 3, exited: true }).map((failure) => said(failure))).toEqual(['untested 1 #!/usr/bin/python3 =3']);
  });

  test('what was ended from outside only by what had failed', () => {
    const records = [record({ kind: 'failure', command: 'false', line: 1, status: 1, pipeStatus: [1] }), record({ command: 'sleep 99', line: 2 })];
    expect(judge('false\nsleep 99', { records, exitCode: null }).map((failure) => said(failure))).toEqual(['untested 1 false =1']);
  });

  test('a failure that the text does not explain as bash told it', () => {
    const records = [record({ kind: 'failure', command: 'rm /x', line: 2, status: 1, pipeStatus: [1] })];
    expect(judge('if [ ; do (\n', { records }).map((failure) => said(failure))).toEqual(['untested 2 rm /x =1']);
  });

  test('nothing of the shell\'s own start files and of the system\'s scripts', () => {
    const records = ['/etc/profile', '/home/ops/.bashrc', '/usr/bin/ldd'].map((source) => record({ kind: 'failure', command: 'false', line: 3, at: 1, source, status: 1, pipeStatus: [1] }));
    expect(judge('ldd x', { records: [record({ command: 'ldd x', line: 1 }), ...records] })).toEqual([]);
  });
});
