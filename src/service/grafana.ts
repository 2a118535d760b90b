/**
 * Service kind `grafana`: a folder, a dashboard, a user and a data source with a secret, by its HTTP API (docs: "HTTP API reference").
 * They bear the nonce in names and uids of their own, so nothing that Grafana is provisioned with is touched or counted.
 */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Api, callJson, expectTaken, isSuccess, readJson, seenIn } from './api.ts';
import { passwordSchema } from './login.ts';
import { ofParts, type Part } from './parts.ts';
import { plantedBy } from './planting.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** A server administrator: only one may make users. The defaults are Grafana's own. */
  user: z.string().default('admin'),
  password: passwordSchema.default({ text: 'admin' }),
});

export function create(plan: ServicePlan): Service {
  const api = optionsSchema.parse(plan.options);
  const { seed, late, isLate } = plantedBy((context) => plant(context, api, plan.name));
  return {
    kind: 'grafana',
    // Below `paths.data`: a live SQLite file with its journals, what is rendered for a mail, and the search index.
    volatile: ['./grafana.db', './grafana.db-*', './csv', './pdf', './png', './unified-search'],
    // Grafana installs the plugins it is told to have in the background.
    grows: ['./plugins'],
    seeded: true,
    remedy: 'Copy grafana.db from a stopped Grafana (or by SQLite’s own .backup), and keep security.secret_key beside it: without that very key the passwords of its data sources cannot be read.',
    ready: (context) => ready(context, api),
    seed,
    late,
    check: async (context) => ofParts(await Promise.all(questions(context.nonce).map((question) => ask(context, api, question))), isLate(context.nonce)),
  };
}

const healthSchema = z.object({ database: z.literal('ok') });

async function ready(context: ServiceContext, api: Api): Promise<ProbeAnswer> {
  const answer = await callJson(context, { url: api.url }, '/api/health');
  const state = readJson(answer, healthSchema) === null ? (answer.answered ? 'absent' : 'unproven') : 'there';
  return { state, seen: seenIn(answer) };
}

/** A uid has at most 40 characters, and a folder and a dashboard once shared one space of them. */
const uids = (nonce: string) => ({ folder: `${nonce}-f`, dashboard: `${nonce}-d`, source: `${nonce}-s` }) as const;
const titleOf = (nonce: string): string => `Dashboard ${nonce}`;
/** Long and mixed enough for Grafana's password policy. */
const passwordOf = (nonce: string): string => `${nonce}-Aa1!`;
/** Through the data source Grafana signs in to itself as the planted user: only with the right secret, which only the right key decrypts. */
const signInPath = (nonce: string): string => `/api/datasources/proxy/uid/${uids(nonce).source}/api/user`;

async function plant(context: ServiceContext, api: Api, name: string): Promise<void> {
  const { nonce } = context;
  const uid = uids(nonce);
  const post = async (path: string, body: unknown): Promise<void> => expectTaken(name, { method: 'POST', path }, api, await callJson(context, api, path, body));
  const own = await ownUrl(context, api, name);
  await post('/api/folders', { uid: uid.folder, title: nonce });
  const panel = { id: 1, type: 'text', title: nonce, gridPos: { h: 4, w: 12, x: 0, y: 0 }, options: { mode: 'markdown', content: nonce } };
  await post('/api/dashboards/db', { dashboard: { uid: uid.dashboard, title: titleOf(nonce), panels: [panel] }, folderUid: uid.folder });
  await post('/api/admin/users', { name: nonce, login: nonce, email: `${nonce}@drill.invalid`, password: passwordOf(nonce) });
  await post('/api/datasources', {
    uid: uid.source, name: nonce, type: 'prometheus', access: 'proxy', url: own, basicAuth: true, basicAuthUser: nonce,
    jsonData: { tlsSkipVerify: true }, secureJsonData: { basicAuthPassword: passwordOf(nonce) },
  });
  const signIn = await callJson(context, api, signInPath(nonce));
  if (readJson(signIn, userSchema)?.login !== nonce) {
    throw new Error(`service ${name} cannot use a data source that it has just taken: ${api.url}${signInPath(nonce)}: expected the planted user, signed in at ${own}, got ${seenIn(signIn)}`);
  }
}

const settingsSchema = z.object({
  server: z.looseObject({ protocol: z.string(), http_addr: z.string(), http_port: z.string(), root_url: z.string().default(''), serve_from_sub_path: z.string().default('false') }),
});

/** Grafana's URL as Grafana itself reaches it, from inside its container. */
async function ownUrl(context: ServiceContext, api: Api, name: string): Promise<string> {
  const path = '/api/admin/settings';
  const answer = await callJson(context, api, path);
  const server = readJson(answer, settingsSchema)?.server;
  if (server === undefined) {
    const seen = isSuccess(answer) ? 'settings without a server section' : seenIn(answer);
    throw new Error(`service ${name} does not let ${api.user ?? 'nobody'} read its settings: ${api.url}${path}: expected a server administrator’s answer, got ${seen}`);
  }
  const address = ['', '0.0.0.0', '::'].includes(server.http_addr) ? 'localhost' : server.http_addr;
  const subPath = server.serve_from_sub_path === 'true' ? (/^[a-z]+:\/\/[^/]*(\/.*?)\/*$/.exec(server.root_url)?.[1] ?? '') : '';
  return `${server.protocol === 'https' ? 'https' : 'http'}://${address}:${server.http_port}${subPath}`;
}

interface Question {
  readonly what: string;
  readonly path: string;
  /** A successful answer that this does not fit is of something else. */
  readonly fits: z.ZodType;
  /** Besides 404: what a working Grafana says when it is not there. */
  readonly absent?: number;
}

const userSchema = z.object({ login: z.string() });

function questions(nonce: string): readonly Question[] {
  const uid = uids(nonce);
  const dashboard = z.object({
    dashboard: z.object({ title: z.literal(titleOf(nonce)), panels: z.tuple([z.looseObject({ options: z.looseObject({ content: z.literal(nonce) }) })]) }),
    meta: z.object({ folderUid: z.literal(uid.folder) }),
  });
  const user = z.object({ login: z.literal(nonce) });
  return [
    { what: 'its folder', path: `/api/folders/${uid.folder}`, fits: z.object({ title: z.literal(nonce) }) },
    { what: 'its dashboard', path: `/api/dashboards/uid/${uid.dashboard}`, fits: dashboard },
    { what: 'its user', path: `/api/users/lookup?loginOrEmail=${nonce}`, fits: user },
    // 400: "Authentication to data source failed", as Grafana passes on a 401.
    { what: 'the secret of its data source', path: signInPath(nonce), fits: user, absent: 400 },
  ];
}

/** With the login refused nothing can be told; with it accepted 404 is a definite answer. */
async function ask(context: ServiceContext, api: Api, { what, path, fits, absent = 404 }: Question): Promise<Part> {
  const answer = await callJson(context, api, path);
  const seen = seenIn(answer);
  if (!answer.answered) return { what, state: 'unproven', seen };
  if (isSuccess(answer)) return { what, state: readJson(answer, fits) === null ? 'absent' : 'there', seen };
  return { what, state: answer.status === 404 || answer.status === absent ? 'absent' : 'unproven', seen };
}
