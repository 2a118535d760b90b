/** Running a command inside an instance. */
import type { Dialect } from './instance-api.ts';

/*
 * The client waits for, or eats, a standard input that is left open: without one it gets an empty one from its caller.
 * Its configuration is a folder of its own, so that no remote and no project counts that a runbook chose.
 * An instance that does not run is told by 125, so that its exit status is never taken for a check's own.
 */
const script = String.raw`
client=$1 home=$2 config=$3 name=$4; shift 4
project=default
case $name in *:*) project=${'$'}{name%%:*} name=${'$'}{name#*:} ;; esac
state=$(/usr/bin/curl --silent --globoff --max-time 30 --unix-socket "$home/unix.socket" "http://engine/1.0/instances/$name/state?project=$project" | /usr/bin/jq -r '.metadata.status // "not there"')
if [ "$state" != Running ]; then echo "instance $name is $state" | tr 'A-Z' 'a-z' >&2; exit 125; fi
folder=/run/runbook-drill/exec/client-$(id -u)
# With no file there the client greets whoever uses it for the first time.
[ -e "$folder/config.yml" ] || { mkdir -p "$folder" && echo 'default-remote: local' > "$folder/config.yml"; }
export "$config=$folder"
exec "$client" exec "local:$name" --project "$project" --force-noninteractive ${'$'}{DRILL_NONCE+--env "DRILL_NONCE=$DRILL_NONCE"} ${'$'}{DRILL_LATE_NONCE+--env "DRILL_LATE_NONCE=$DRILL_LATE_NONCE"} -- "$@"
`;

/** As root of the instance. The nonces of the caller's environment go in. */
export function insideCommand({ client, clientConfig, home }: Dialect, inside: string, command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', script, 'inside', client, home, clientConfig, inside, ...command];
}
