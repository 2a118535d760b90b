/** For tests: the part of GitHub's REST API that is used here, with a repository in memory. Every request is kept, for golden files. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Issue {
  number: number;
  title: string;
  body: string;
  state: string;
  labels: string[];
}
interface Comment {
  id: number;
  issue: number;
  body: string;
  user: { login: string; type: string };
}
interface PullRequest {
  number: number;
  state: string;
  /** Its branch. */
  head: string;
  /** Of its branch; null where it is gone. Default: this one. */
  headRepository?: string | null;
  /** The repository that it goes into. Default: this one. */
  base?: string;
  sha: string;
  title: string;
  body: string;
}

type Files = Map<string, string>;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}
type Answer = readonly [status: number, body: unknown];
type Route = readonly [method: string, path: RegExp, answer: (asked: Asked, ...parts: readonly string[]) => Answer | Buffer];

const blobSha = (text: string): string => createHash('sha1').update(text).digest('hex');
const notFound: Answer = [404, { message: 'Not Found' }];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export class FakeGitHub implements AsyncDisposable {
  /** Branch → its files; a branch that is not there has no entry. */
  readonly branches = new Map<string, { sha: string; files: Files }>();
  readonly issues: Issue[] = [];
  readonly comments: Comment[] = [];
  readonly pullRequests: PullRequest[] = [];
  readonly artifacts = new Map<number, { name: string; bytes: Buffer }>();
  /** `METHOD path?query`, with the body where there is one. */
  readonly requests: { readonly request: string; readonly body?: unknown }[] = [];
  /** Every commit, and every tree, with its files. */
  readonly #commits = new Map<string, { readonly parents: readonly string[]; readonly files: Files }>();
  readonly #trees = new Map<string, Files>();
  /** Called before a branch is changed: another run may come first. */
  beforeWrite: () => void = () => undefined;
  /** An answer waits for it. @param request as in `requests`. */
  beforeAnswer: (request: string) => Promise<void> = () => Promise.resolve();
  url = '';
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<FakeGitHub> {
    const fake = new FakeGitHub();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    const address = fake.#server.address();
    fake.url = `http://127.0.0.1:${isPort(address) ? address.port : 0}`;
    return fake;
  }

  get env(): NodeJS.ProcessEnv {
    return { GITHUB_API_URL: this.url, GITHUB_REPOSITORY: 'owner/app', GITHUB_SERVER_URL: 'https://github.com', GITHUB_RUN_ID: '77' };
  }

  makeBranch(name: string, files: Readonly<Record<string, string>>): void {
    this.branches.set(name, this.#commit([], new Map(Object.entries(files))));
  }

  /** As another run would: one commit more. */
  write(branch: string, path: string, content: string): void {
    const before = this.branches.get(branch);
    this.branches.set(branch, this.#commit(before === undefined ? [] : [before.sha], new Map([...(before?.files ?? []), [path, content]])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #commit(parents: readonly string[], files: Files): { sha: string; files: Files } {
    const sha = String(this.#commits.size + 1).padStart(40, '0');
    this.#commits.set(sha, { parents, files });
    return { sha, files };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const sent = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '', this.url);
    const body: unknown = sent === '' ? {} : JSON.parse(sent);
    const method = request.method ?? '';
    const asking = `${method} ${decodeURIComponent(url.pathname)}${url.search}`;
    this.requests.push({ request: asking, ...(sent === '' ? {} : { body }) });
    await this.beforeAnswer(asking);
    const path = decodeURIComponent(url.pathname).replace('/repos/owner/app', '');
    const asked: Asked = { method, path, query: url.searchParams, body: typeof body === 'object' && body !== null ? { ...body } : {} };
    const answer = this.#route(asked);
    if (Buffer.isBuffer(answer)) {
      response.writeHead(200, { 'content-type': 'application/zip' }).end(answer);
      return;
    }
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
  }

  #route(asked: Asked): Answer | Buffer {
    for (const [method, path, answer] of this.#routes) {
      const match = path.exec(asked.path);
      if (method === asked.method && match !== null) return answer(asked, ...match.slice(1));
    }
    return notFound;
  }

  readonly #routes: readonly Route[] = [
    ['GET', /^\/contents\/(.+)$/, ({ query }, path = '') => this.#readFile(path, query.get('ref') ?? 'main')],
    ['PUT', /^\/contents\/(.+)$/, ({ body }, path = '') => this.#writeFile(path, body)],
    ['GET', /^\/git\/ref\/heads\/(.+)$/, (_, branch = '') => this.#readRef(branch)],
    ['POST', /^\/git\/refs$/, ({ body }) => this.#makeRef(text(body['ref']).replace('refs/heads/', ''), text(body['sha']))],
    ['PATCH', /^\/git\/refs\/heads\/(.+)$/, ({ body }, branch = '') => this.#moveRef(branch, text(body['sha']), body['force'] === true)],
    ['POST', /^\/git\/trees$/, ({ body }) => this.#makeTree(body)],
    ['GET', /^\/git\/commits\/(.+)$/, (_, sha = '') => [200, { sha, tree: { sha: this.#treeOf(this.#filesAt(sha)) } }]],
    ['POST', /^\/git\/commits$/, ({ body }) => [201, { sha: this.#commit(strings(body['parents']), this.#trees.get(text(body['tree'])) ?? new Map()).sha }]],
    ['GET', /^\/issues$/, ({ query }) => [200, this.issues.filter((issue) => issue.state === query.get('state') && issue.labels.includes(query.get('labels') ?? ''))]],
    ['POST', /^\/issues$/, ({ body }) => this.#openIssue(body)],
    ['PATCH', /^\/issues\/(\d+)$/, ({ body }, number) => change(this.issues.find((issue) => issue.number === Number(number)), body)],
    ['GET', /^\/issues\/(\d+)\/comments$/, ({ query }, number) => [200, page(this.comments.filter(({ issue }) => issue === Number(number)), query)]],
    ['POST', /^\/issues\/(\d+)\/comments$/, ({ body }, number) => this.#comment(Number(number), text(body['body']))],
    ['PATCH', /^\/issues\/comments\/(\d+)$/, ({ body }, id) => change(this.comments.find((comment) => comment.id === Number(id)), body)],
    ['GET', /^\/pulls$/, ({ query }) => [200, this.pullRequests.filter(({ state, head }) => state === 'open' && `owner:${head}` === query.get('head'))]],
    ['GET', /^\/pulls\/(\d+)$/, (_, number) => this.#pullRequest(Number(number))],
    ['POST', /^\/pulls$/, ({ body }) => this.#openPullRequest(body)],
    ['PATCH', /^\/pulls\/(\d+)$/, ({ body }, number) => change(this.pullRequests.find((pull) => pull.number === Number(number)), body)],
    ['GET', /^\/actions\/runs\/\d+\/artifacts$/, () => [200, { artifacts: [...this.artifacts].map(([id, { name, bytes }]) => ({ id, name, expired: false, size_in_bytes: bytes.length })) }]],
    ['GET', /^\/actions\/artifacts\/(\d+)\/zip$/, (_, id) => this.artifacts.get(Number(id))?.bytes ?? notFound],
  ];

  #readFile(path: string, ref: string): Answer {
    const content = this.#filesAt(ref).get(path);
    return content === undefined ? notFound : [200, { type: 'file', encoding: 'base64', content: Buffer.from(content).toString('base64'), sha: blobSha(content) }];
  }

  #writeFile(path: string, body: Record<string, unknown>): Answer {
    this.beforeWrite();
    const branch = this.branches.get(text(body['branch']));
    if (branch === undefined) return notFound;
    const before = branch.files.get(path);
    if (before !== undefined && body['sha'] === undefined) return [422, { message: '"sha" wasn\'t supplied.' }];
    if (before !== undefined && body['sha'] !== blobSha(before)) return [409, { message: 'is at another commit' }];
    this.write(text(body['branch']), path, Buffer.from(text(body['content']), 'base64').toString());
    return [200, { commit: { sha: this.branches.get(text(body['branch']))?.sha } }];
  }

  #readRef(branch: string): Answer {
    const known = this.branches.get(branch);
    return known === undefined ? notFound : [200, { object: { sha: known.sha } }];
  }

  #makeTree(body: Record<string, unknown>): Answer {
    const files = new Map(this.#trees.get(text(body['base_tree'])));
    for (const entry of Array.isArray(body['tree']) ? body['tree'] : []) files.set(text(entry['path']), text(entry['content']));
    return [201, { sha: this.#treeOf(files) }];
  }

  #treeOf(files: Files): string {
    const sha = blobSha(JSON.stringify([...files]));
    this.#trees.set(sha, files);
    return sha;
  }

  #makeRef(branch: string, sha: string): Answer {
    this.beforeWrite();
    if (this.branches.has(branch)) return [422, { message: 'Reference already exists' }];
    this.branches.set(branch, { sha, files: this.#filesAt(sha) });
    return [201, { ref: branch }];
  }

  #moveRef(branch: string, sha: string, force: boolean): Answer {
    this.beforeWrite();
    const before = this.branches.get(branch);
    if (before === undefined) return [422, { message: 'Reference does not exist' }];
    if (!force && this.#commits.get(sha)?.parents.includes(before.sha) !== true) return [422, { message: 'Update is not a fast forward' }];
    this.branches.set(branch, { sha, files: this.#filesAt(sha) });
    return [200, { ref: branch }];
  }

  /** Of a commit or a branch. */
  #filesAt(ref: string): Files {
    return new Map(this.branches.get(ref)?.files ?? this.#commits.get(ref)?.files);
  }

  #openIssue(body: Record<string, unknown>): Answer {
    const labels = [...strings(body['labels'])];
    const issue = { number: this.issues.length + 1, title: text(body['title']), body: text(body['body']), state: 'open', labels };
    this.issues.push(issue);
    return [201, issue];
  }

  #comment(issue: number, body: string): Answer {
    const comment = { id: this.comments.length + 1, issue, body, user: { login: 'github-actions[bot]', type: 'Bot' }, html_url: `https://github.com/owner/app/issues/${issue}#issuecomment-${this.comments.length + 1}` };
    this.comments.push(comment);
    return [201, comment];
  }

  #pullRequest(number: number): Answer {
    const found = this.pullRequests.find((pull) => pull.number === number);
    if (found === undefined) return notFound;
    const { state, head, sha, headRepository = 'owner/app', base = 'owner/app' } = found;
    return [200, { number, state, head: { sha, ref: head, repo: headRepository === null ? null : { full_name: headRepository } }, base: { repo: { full_name: base } } }];
  }

  #openPullRequest(body: Record<string, unknown>): Answer {
    const pull = { number: this.pullRequests.length + 1, state: 'open', head: text(body['head']), sha: '', title: text(body['title']), body: text(body['body']) };
    this.pullRequests.push(pull);
    return [201, pull];
  }
}

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function isPort(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function change<T extends object>(found: T | undefined, body: Record<string, unknown>): Answer {
  return found === undefined ? notFound : [200, Object.assign(found, body)];
}

function page<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get('per_page') ?? 30);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(start, start + size);
}
