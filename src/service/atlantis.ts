/**
 * Service kind `atlantis`: a lock. It is asked by Atlantis' own API (https://www.runatlantis.io/docs/api-endpoints), and planted in its
 * store, a BoltDB file: the API makes no lock that outlives a request. Without `url` the store alone is asked.
 */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { type Api, callJson, readJson, seenIn } from './api.ts';
import { type Client, clientScript, expectTaken, lines, quoted, said } from './client.ts';
import { readyAt } from './ready.ts';

export const optionsSchema = z.strictObject({
  /** Absolute: in the host or, with `inside`, in the container. */
  file: z.string().regex(/^\//),
  url: z.url({ protocol: /^https?$/ }).optional(),
});

const client: Client = { programs: ['atlantis-store'], debianPackage: 'atlantis-store' };

const locksSchema = z.object({ Locks: z.array(z.object({ Name: z.string(), ProjectRepo: z.string() })).nullable() });

/** `OWNER/REPOSITORY/PATH/WORKSPACE/PROJECT`. */
const keyOf = (nonce: string): string => `drill/${nonce}/./default/`;

/** As Atlantis writes one, without what only a pull request has. */
function lockOf(nonce: string): string {
  const repository = { FullName: `drill/${nonce}`, Owner: 'drill', Name: nonce, CloneURL: '', SanitizedCloneURL: '', VCSHost: { Hostname: 'github.com', Type: 0 } };
  const pull = { Num: 1, HeadCommit: '', URL: '', HeadBranch: '', BaseBranch: '', Author: 'drill', State: 0, BaseRepo: repository };
  return JSON.stringify({ Project: { ProjectName: '', RepoFullName: repository.FullName, Path: '.' }, Pull: pull, User: { Username: 'drill' }, Workspace: 'default', Time: '2000-01-01T00:00:00Z' });
}

export function create(plan: ServicePlan): Service {
  const { file, url } = optionsSchema.parse(plan.options);
  const api: Api | null = url === undefined ? null : { url };

  /** As root in the host: the file is the server's. It is written in place and keeps its owner. */
  function store(context: ServiceContext, command: string, input: string): Promise<ExecResult> {
    const script = clientScript(client, { inside: plan.inside !== null, password: undefined, script: command, input });
    if (plan.inside !== null) return context.run(script, {}, `\n${input}`);
    return context.host.exec(['/bin/sh', '-c', script], { user: 'root', cwd: '/', stdin: `\n${input}`, signal: context.signal });
  }

  const list = (context: ServiceContext): Promise<ExecResult> => store(context, `test -e ${quoted(file)} || { echo ${quoted(`there is no ${file}`)} >&2; exit 66; }\n"$client" list ${quoted(file)}`, '');

  async function plant(context: ServiceContext): Promise<void> {
    expectTaken(plan.name, await store(context, `"$client" put ${quoted(file)} ${quoted(keyOf(context.nonce))}`, lockOf(context.nonce)));
  }

  async function check(context: ServiceContext): Promise<ProbeAnswer> {
    if (api !== null) return judgeApi(await callJson(context, api, '/api/locks'), context.nonce);
    return judgeStore(await list(context), context.nonce);
  }

  return {
    kind: 'atlantis',
    volatile: ['atlantis.db'],
    seeded: true,
    remedy: 'Atlantis keeps its locks in atlantis.db in its data directory: stop it before that is copied, for a copy of a file that is written may be damaged.',
    notice: api === null ? 'the lock was looked for in the store of Atlantis alone (atlantis.db): whether the server starts on it and shows it was not asked' : 'the lock was put into the store of Atlantis, and not by a pull request',
    ready: async (context) => {
      if (api !== null) return readyAt(context, api, '/healthz');
      const result = await list(context);
      return { state: result.exitCode === 0 ? 'there' : 'unproven', seen: result.exitCode === 0 ? 'its store can be read' : said(result) };
    },
    seed: plant,
    late: plant,
    check,
  };
}

function judgeApi(answer: Awaited<ReturnType<typeof callJson>>, nonce: string): ProbeAnswer {
  const found = readJson(answer, locksSchema);
  if (found === null) return { state: 'unproven', seen: seenIn(answer) };
  const locks = found.Locks ?? [];
  const there = locks.some(({ Name, ProjectRepo }) => Name === keyOf(nonce) || ProjectRepo === `drill/${nonce}`);
  return { state: there ? 'there' : 'absent', seen: there ? 'it shows the lock' : `it shows ${locks.length} locks, and not the one that was planted` };
}

/** A store that cannot be read at all has lost what was in it only if it is damaged. */
function judgeStore(result: ExecResult, nonce: string): ProbeAnswer {
  const damaged = /invalid database|is damaged|checksum error|version mismatch|file size too small|unexpected EOF/.test(result.stderr);
  if (result.exitCode !== 0) return { state: damaged || result.exitCode === 66 ? 'absent' : 'unproven', seen: said(result) };
  const locks = lines(result);
  const there = locks.includes(lockOf(nonce));
  return { state: there ? 'there' : 'absent', seen: there ? 'the lock is in its store' : `${locks.length} locks are in its store, and not the one that was planted` };
}
