/**
 * The objects of a storage bucket, which are in no folder of the host as they are: a copy of them is made there by way of the S3 API,
 * and brought back. A copy has no owners, modes and times that an object could not have.
 */
import type { ExecResult } from '../ports/host.ts';
import { type InstanceApi, apiPath } from './instance-api.ts';
import { shown, type Stored } from './instance-names.ts';

const notThere = 44;

/*
 * The engine serves S3 only where `core.storage_buckets_address` is set: it is set for as long as the copy takes, where the runbook
 * has not. The keys are in no process list. Folders, links and what else no object can be are left out on the way back.
 */
const script = String.raw`
set -e
socket=$1 bucket=$2 name=$3 folder=$4 direction=$5
exec 9> /run/runbook-drill/bucket.lock
flock 9
ask() { curl --silent --show-error --globoff --max-time 60 --unix-socket "$socket" "$@"; }
serve_at() { ask --request PATCH --data "{\"config\":{\"core.storage_buckets_address\":\"$1\"}}" http://engine/1.0 > /dev/null; }
[ "$(ask "http://engine$bucket" | jq .error_code)" != 404 ] || exit ${notThere}
address=$(ask http://engine/1.0 | jq -r '.metadata.config["core.storage_buckets_address"] // ""')
if [ -z "$address" ]; then
  address=127.0.0.1:8555
  trap 'serve_at ""' EXIT
  serve_at "$address"
fi
server=${'$'}{address%:*}
case $server in '' | 0.0.0.0 | '[::]') server=127.0.0.1 ;; esac
keys=$(ask "http://engine$(echo "$bucket" | sed 's/?/\/keys?recursion=1\&/')" | jq -r 'first(.metadata[] | select(.role == "admin")) | "\(."access-key"):\(."secret-key")"')
[ -n "$keys" ] || { echo "bucket $name has no key with the role admin" >&2; exit 1; }
export MC_HOST_drill="https://$keys@$server:${'$'}{address##*:}"
s3() { minio-client --config-dir /run/runbook-drill/s3 --insecure --quiet "$@" > /dev/null; }
if [ "$direction" = out ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  s3 mirror "drill/$name" "$folder"
  chmod -R u=rwX,go=rX "$folder"
  find "$folder" -exec touch --date=@0 -- {} +
else
  find "$folder" ! -type f ! -type d -delete
  s3 rm --recursive --force "drill/$name"
  s3 mirror --overwrite "$folder" "drill/$name"
fi
`;

/** Folder in the host with a copy of the objects as they are now, or null where there is no such bucket. */
export async function copyOfBucket(api: InstanceApi, bucket: Stored): Promise<string | null> {
  const { exitCode } = await run(api, bucket, 'out');
  return exitCode === notThere ? null : folderOf(bucket);
}

/** Makes the objects what the folder of `copyOfBucket` has. */
export async function putBackBucket(api: InstanceApi, bucket: Stored): Promise<void> {
  await run(api, bucket, 'back');
}

/** Where nothing is taken for an artefact. */
const folderOf = ({ project, pool, name }: Stored): string => `/var/lib/runbook-drill/buckets/${project}_${pool}_${name}`;

async function run({ host, dialect }: InstanceApi, bucket: Stored, direction: 'out' | 'back'): Promise<ExecResult> {
  const path = apiPath(['storage-pools', bucket.pool, 'buckets', bucket.name], { project: bucket.project });
  const args = [`${dialect.home}/unix.socket`, path, bucket.name, folderOf(bucket), direction];
  const result = await host.exec(['/bin/sh', '-c', script, 'bucket', ...args], { user: 'root', cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' } });
  if (result.exitCode === 0 || (result.exitCode === notThere && direction === 'out')) return result;
  throw new Error(`the objects of bucket ${shown(bucket)} on host ${host.name} could not be copied ${direction}: exit ${result.exitCode}: ${result.stderr.trim().slice(-1000)}`);
}
