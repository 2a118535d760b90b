/** Services of both kinds against real programs in a host. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import { makeNonce } from '../evidence/nonce.ts';
import type { ServicePlan } from '../drill/model.ts';
import type { Host } from '../ports/host.ts';
import type { Service, ServiceContext } from '../ports/service.ts';
import { createService } from './registry.ts';

/** Keeps what is PUT, below a folder; 500 under /broken, 401 without a login under /private, its index for all under /any. */
const server = String.raw`
import base64, http.server, os, sys
root = sys.argv[2]
class Handler(http.server.BaseHTTPRequestHandler):
    def file(self): return os.path.join(root, self.path.strip('/').replace('/', '_') or 'index')
    def answer(self, status, body=b''):
        self.send_response(status); self.end_headers(); self.wfile.write(body)
    def do_PUT(self):
        open(self.file(), 'wb').write(self.rfile.read(int(self.headers.get('Content-Length', 0))) + b' ' + self.headers.get('X-Note', '').encode())
        self.answer(201)
    def do_GET(self):
        if self.path.startswith('/broken'): return self.answer(500)
        if self.path.startswith('/any'): return self.answer(200, b'index for ' + self.path.encode())
        if self.path.startswith('/private') and self.headers.get('Authorization') != 'Basic ' + base64.b64encode(b'ops:pass "word\\').decode(): return self.answer(401)
        if self.path == '/': return self.answer(200, b'welcome')
        try: self.answer(200, open(self.file(), 'rb').read())
        except OSError: self.answer(404)
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
`;

let host: Host;
beforeAll(async () => {
  host = await makeTestHost();
  await host.writeFile('/srv/server.py', server, { user: 'root', mode: '0644' });
  await host.exec(['/bin/sh', '-c', 'mkdir -p /srv/http /srv/work; chown ops /srv/work; setsid python3 /srv/server.py 8080 /srv/http >/dev/null 2>&1 </dev/null & for i in $(seq 50); do curl -s localhost:8080 && break; sleep 0.1; done']);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

function plan(kind: string, options: ServicePlan['options']): ServicePlan {
  return { name: 'app', at: { file: 'drill.yaml', line: 1 }, kind, data: null, inside: null, readyTimeoutSeconds: 10, options };
}

function contextFor(nonce: string, placeNonce: string | null = null): ServiceContext {
  return {
    host, nonce, placeNonce, workspace: '/srv/work', user: 'ops', signal: AbortSignal.timeout(60_000),
    run: (command, env) => host.exec(['/bin/bash', '-c', command], { user: 'ops', cwd: '/srv/work', env }),
  };
}

const http = (options: ServicePlan['options']): Promise<Service> => createService(plan('http', { url: 'http://localhost:8080', ...options }));
const command = (options: ServicePlan['options']): Promise<Service> => createService(plan('command', options));

describe('http', () => {
  const seed = { path: '/drill', body: 'it is $DRILL_NONCE "quoted"\n', headers: { 'X-Note': 'n-$DRILL_NONCE' } };
  const check = { path: '/drill', contains: 'n-$DRILL_NONCE' };

  it('plants, finds, overwrites late, and knows what is not there', async () => {
    const service = await http({ seed, check });
    const early = contextFor(makeNonce());
    const late = contextFor(makeNonce());
    expect(service.seeded).toBe(true);
    expect(await service.ready(early)).toMatchObject({ state: 'there' });
    expect(await service.check(early)).toMatchObject({ state: 'absent', seen: 'HTTP 404' });
    await service.seed(early);
    expect(await service.check(early)).toEqual({ state: 'there', seen: `HTTP 200 it is ${early.nonce} "quoted" n-${early.nonce}` });
    await service.late(late);
    expect(await service.check(late)).toMatchObject({ state: 'there' });
    expect(await service.check(early)).toMatchObject({ state: 'absent' });
  });

  it('reads its place where it has no seed of its own', async () => {
    const service = await http({ check: { path: '/canary', contains: '$DRILL_NONCE' } });
    const placeNonce = makeNonce();
    await host.writeFile('/srv/http/canary', placeNonce, { user: 'root', mode: '0644' });
    await service.seed(contextFor(makeNonce(), placeNonce));
    expect(await service.check(contextFor(makeNonce(), placeNonce))).toMatchObject({ state: 'there' });
    expect(await service.check(contextFor(makeNonce(), makeNonce()))).toMatchObject({ state: 'absent' });
    expect(await service.check(contextFor(makeNonce()))).toMatchObject({ state: 'unproven' });
  });

  it('asks for life only where the check names no nonce', async () => {
    const alive = await http({ check: { path: '/', contains: 'welcome' } });
    expect(alive.seeded).toBe(false);
    expect(await alive.check(contextFor(makeNonce()))).toMatchObject({ state: 'there' });
    expect(await (await http({ check: { path: '/nowhere' } })).check(contextFor(makeNonce()))).toMatchObject({ state: 'unproven' });
  });

  it('proves nothing by an answer that is no answer', async () => {
    const context = contextFor(makeNonce());
    expect(await (await http({ seed, check: { path: '/broken', contains: '$DRILL_NONCE' } })).check(context)).toMatchObject({ state: 'unproven', seen: 'HTTP 500' });
    const away = await createService(plan('http', { url: 'http://localhost:9', seed, check }));
    expect(await away.check(context)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('connect') });
    expect(await away.ready(context)).toMatchObject({ state: 'unproven' });
    await expect(away.seed(context)).rejects.toThrow('did not take its canary');
    await expect((await http({ seed: { method: 'POST', path: '/drill' } })).seed(context)).rejects.toThrow('expected HTTP 2xx, got HTTP 501');
  });

  it('does not believe a page that says yes to everything', async () => {
    const service = await http({ seed, check: { path: '/any/$DRILL_NONCE', contains: '$DRILL_NONCE' } });
    expect(await service.check(contextFor(makeNonce()))).toMatchObject({ state: 'unproven', seen: expect.stringContaining('never planted') });
  });

  it('logs in with a password that is kept in the host', async () => {
    await host.writeFile('/srv/work/.env', 'OTHER=1\nPASS="pass "word\\"\n', { user: 'ops', mode: '0600' });
    const service = await http({ user: 'ops', password: { file: '/srv/work/.env', key: 'PASS' }, seed: { path: '/private' , body: '$DRILL_NONCE' }, check: { path: '/private', contains: '$DRILL_NONCE' } });
    const context = contextFor(makeNonce());
    await service.seed(context);
    expect(await service.check(context)).toMatchObject({ state: 'there' });
    const wrong = await http({ user: 'ops', password: { text: 'wrong' }, check: { path: '/private', contains: '$DRILL_NONCE' }, seed });
    expect(await wrong.check(context)).toMatchObject({ state: 'unproven', seen: 'HTTP 401' });
    await host.exec(['rm', '/srv/work/.env']);
    expect(await service.check(context)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('cannot be read') });
  });
});

describe('command', () => {
  const options = { ready: 'test -d .', seed: 'echo "$DRILL_NONCE" >> store', late: 'echo "$DRILL_LATE_NONCE" >> store', check: 'grep -q "$DRILL_NONCE" store' };

  it('plants, finds, and tells absent from not proven', async () => {
    const service = await command(options);
    const early = contextFor(makeNonce());
    const late = contextFor(makeNonce());
    expect(service.seeded).toBe(true);
    expect(await service.ready(early)).toMatchObject({ state: 'there' });
    expect(await service.check(early)).toMatchObject({ state: 'unproven', seen: expect.stringContaining('exit 2: grep: store') });
    await service.seed(early);
    expect(await service.check(early)).toMatchObject({ state: 'there' });
    expect(await service.check(late)).toMatchObject({ state: 'absent' });
    await service.late(late);
    expect(await service.check(late)).toMatchObject({ state: 'there' });
  });

  it('rejects a seed that fails, with what it said', async () => {
    await expect((await command({ ...options, seed: 'echo no room >&2; exit 3' })).seed(contextFor(makeNonce()))).rejects.toThrow('expected exit 0, got exit 3: no room');
  });

  it('does not believe a check that does not look', async () => {
    expect(await (await command({ ...options, check: 'true' })).check(contextFor(makeNonce()))).toMatchObject({ state: 'unproven', seen: expect.stringContaining('never planted') });
  });

  it('asks for life only without a seed', async () => {
    const service = await command({ check: 'true' });
    expect(service.seeded).toBe(false);
    expect(await service.check(contextFor(makeNonce()))).toMatchObject({ state: 'there' });
  });
});

describe('createService', () => {
  it('refuses a kind that is not there, and options that are not of its kind', async () => {
    await expect(createService(plan('toString', {}))).rejects.toThrow('there is no kind toString; there are http, command, ');
    await expect(command({ sed: 'true' })).rejects.toThrow('sed');
  });
});
