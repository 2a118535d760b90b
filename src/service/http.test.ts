import { describe, expect, it } from 'vitest';
import { asksForNonce, namesNonce, withNonce } from '../drill/drill-file/nonce-text.ts';
import { curlConfig } from './curl.ts';
import { judge } from './http.ts';
import { keyValue } from './login.ts';

const answer = (status: number, body = ''): Parameters<typeof judge>[0] => ({ answered: true, status, body });

describe('judge', () => {
  const wanted = { status: null, contains: 'drillx', seeded: true };
  it.each([
    ['its content is there', answer(200, 'a drillx b'), 'there'],
    ['it answers without it', answer(200, 'welcome'), 'absent'],
    ['it answers with nothing', answer(204), 'absent'],
    ['the path is not there', answer(404, 'drillx not found'), 'absent'],
    ['the path is gone', answer(410), 'absent'],
    ['a login is asked for', answer(401, 'drillx'), 'unproven'],
    ['it sends elsewhere', answer(302, 'drillx'), 'unproven'],
    ['it fails', answer(500, 'drillx'), 'unproven'],
    ['its backend is away', answer(503), 'unproven'],
    ['it does not answer', { answered: false as const, why: 'connection refused' }, 'unproven'],
  ])('when %s', (_, given, state) => {
    expect(judge(given, wanted).state).toBe(state);
  });

  it('takes the status that was named', () => {
    expect(judge(answer(404), { status: 404, contains: null, seeded: true }).state).toBe('there');
    expect(judge(answer(204), { status: 200, contains: null, seeded: true }).state).toBe('absent');
  });

  it('never says absent of what is asked for life only', () => {
    expect(judge(answer(200, 'x'), { status: null, contains: 'ok', seeded: false }).state).toBe('unproven');
    expect(judge(answer(200, 'ok'), { status: null, contains: 'ok', seeded: false }).state).toBe('there');
  });
});

describe('curlConfig', () => {
  it('quotes what would end a value, and never reads a file', () => {
    const config = curlConfig({ method: 'PUT', url: 'http://h/a b"', headers: { 'X-A': 'b\r\nurl = "http://evil"' }, body: '@/etc/shadow "\\\n', login: { user: 'u', password: 'p"' } });
    const lines = config.split('\n');
    expect(lines).toContain(String.raw`url = "http://h/a b\""`);
    expect(lines).toContain(String.raw`header = "X-A: b\r\nurl = \"http://evil\""`);
    expect(lines).toContain(String.raw`data-raw = "@/etc/shadow \"\\\n"`);
    expect(lines).toContain(String.raw`user = "u:p\""`);
    expect(lines.filter((line) => line.startsWith('url'))).toHaveLength(1);
  });
});

describe('withNonce', () => {
  it('knows both names, with braces or without, and no longer one', () => {
    expect(withNonce('$DRILL_NONCE ${DRILL_NONCE} $DRILL_LATE_NONCE $DRILL_NONCES /$DRILL_NONCE/', 'N')).toBe('N N N $DRILL_NONCES /N/');
    expect([namesNonce('a $DRILL_NONCE'), namesNonce('$DRILL_NONCES'), namesNonce(undefined)]).toEqual([true, false, false]);
    expect([{ path: '/$DRILL_NONCE' }, { path: '/', headers: { a: '${DRILL_NONCE}' } }, { path: '/', contains: '$DRILL_NONCES' }, undefined].map(asksForNonce)).toEqual([true, true, false, false]);
  });
});

describe('keyValue', () => {
  it.each([
    ['A=1', '1'],
    ['A = " x # y "', ' x # y '],
    ["export A='q'", 'q'],
    ['A=1 # why', '1'],
    ['A=1\r\nA=2\r\n', '2'],
    ['# A=1\nB=2', null],
  ])('reads %j', (text, value) => {
    expect(keyValue(text, 'A')).toBe(value);
  });
});
