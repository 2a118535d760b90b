/**
 * Service kind `mosquitto`: a retained message, and one that waits for a client with a persistent session, through mosquitto_pub
 * and mosquitto_sub. https://mosquitto.org/man/mosquitto_sub-1.html
 */
import { z } from 'zod';
import { formatDuration } from '../drill/format.ts';
import type { ServicePlan } from '../drill/model.ts';
import type { ExecResult } from '../ports/host.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { addressOf, type Client, expectTaken, lines, runClient, unproven, words } from './client.ts';
import { passwordSchema } from './login.ts';
import { ofParts, type Part } from './parts.ts';
import { plantedBy } from './planting.ts';

/** `autosave_interval` where mosquitto.conf does not say it. */
const defaultFlushSeconds = 1800;

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^mqtt$/ }).optional(),
  user: z.string().optional(),
  password: passwordSchema.optional(),
  /** `autosave_interval`, in seconds. */
  flush: z.number().positive().default(defaultFlushSeconds),
});

const client: Client = { programs: ['mosquitto_sub'], debianPackage: 'mosquitto-clients', passwordVariable: 'MQTT_PASSWORD' };

/** The database is written whole, aside and renamed; the log grows. */
const volatile = ['mosquitto.db', 'mosquitto.db.new', '*.log'];

/** How long a message may take that is there, in seconds. */
const patience = 5;
/** `MOSQ_ERR_TIMEOUT`: connected and subscribed, and no message came. */
const nothingCame = '27';

export function create(plan: ServicePlan): Service {
  const options = optionsSchema.parse(plan.options);
  const { host, port } = addressOf(options.url, 1883);

  /** The clients take a password from their arguments, which all can read, or from a configuration file: here that is a pipe. */
  const functions = `
with() {
  program=$1; shift
  set -- "$program" ${words(['-h', host, '-p', port, ...(options.user === undefined ? [] : ['-u', options.user])])} "$@"
  if [ -z "\${MQTT_PASSWORD+set}" ]; then "$@" < /dev/null; return; fi
  printf '%s %s\\n' -P "$MQTT_PASSWORD" | XDG_CONFIG_HOME=$folder "$@"
}
if [ -n "\${MQTT_PASSWORD+set}" ]; then
  folder=$(mktemp -d) || exit
  trap 'rm -rf "$folder"' EXIT
  for program in mosquitto_sub mosquitto_pub; do ln -s /dev/stdin "$folder/$program"; done
fi
`;

  const ask = (context: ServiceContext, script: string): Promise<ExecResult> =>
    runClient(context, client, { inside: plan.inside !== null, password: options.password, script: functions + script, input: '' });

  const { seed, late, isLate } = plantedBy(async (context) => expectTaken(plan.name, await ask(context, planting(context.nonce))));

  return {
    kind: 'mosquitto',
    volatile,
    seeded: true,
    remedy: `A broker keeps its messages in memory and writes them to mosquitto.db every ${formatDuration(options.flush)} (autosave_interval; flush in the drill file) and when it stops, if persistence is true: what is copied from a running one holds the state of before. Stop it before its files are copied, or send it SIGUSR1, which has it write at once.`,
    ready: async (context) => {
      const result = await ask(context, `with mosquitto_sub -t drill/ready -q 1 -E -W ${patience}`);
      return result.exitCode === 0 ? { state: 'there', seen: 'it takes a subscription' } : unproven(result);
    },
    seed,
    late,
    check: async (context) => judge(await ask(context, asking(context.nonce)), context.nonce, isLate(context.nonce)),
  };
}

const session = (nonce: string): string => words(['-c', '-i', `drill-${nonce}`, '-q', '1', '-t', `drill/${nonce}/queued`]);
const queue = (nonce: string): string => `with mosquitto_pub -q 1 -t drill/${nonce}/queued -m ${nonce}`;

/** The session is made by a client that leaves at once; the message then waits for it. */
const planting = (nonce: string): string => `
with mosquitto_sub ${session(nonce)} -E -W ${patience} && ${queue(nonce)} && with mosquitto_pub -q 1 -r -t drill/${nonce}/retained -m ${nonce}
`;

/** Both at once, since nothing tells that no message will come. A queued message is gone once it is taken, so it is put back. */
const asking = (nonce: string): string => `
receive() { name=$1; shift; message=$(with mosquitto_sub "$@" -C 1 -W ${patience}); echo "$name $? $message"; }
receive retained -q 1 -t drill/${nonce}/retained &
queued=$(receive queued ${session(nonce)})
case $queued in 'queued 0 '*) ${queue(nonce)} || exit ;; esac
wait
echo "$queued"
`;

/** @param result what `asking` printed: `retained 0 drill…`, `queued 27 `. */
export function judge(result: ExecResult, nonce: string, late: boolean): ProbeAnswer {
  if (result.exitCode !== 0) return unproven(result);
  const told = new Map(lines(result).map((line) => line.split(' ')).map(([name = '', status = '', message]) => [name, { status, message }] as const));
  const part = (name: string, what: string): Part => {
    const { status, message } = told.get(name) ?? { status: 'nothing', message: undefined };
    if (status === '0') return message === nonce ? { what, state: 'there', seen: message } : { what, state: 'unproven', seen: `another message: ${message}` };
    return status === nothingCame ? { what, state: 'absent', seen: `none within ${patience} s` } : { what, state: 'unproven', seen: `mosquitto_sub ended with ${status}: ${result.stderr.trim()}` };
  };
  return ofParts([part('retained', 'its retained message'), part('queued', 'the message that waits for a persistent session')], late);
}
