/**
 * What `step-ca` is asked with: scripts for a POSIX shell in which `$client` is `step`, and `$password` may be a password. They print lines
 * `NAME STATUS TEXT` and exit 0, or say on standard error why nothing could be asked. The API: https://smallstep.com/docs/step-ca/
 */
import { quoted } from './client.ts';

export interface Server {
  readonly url: string;
  readonly provisioner: string;
  /** Where the authority's password is a file of its own; null for its usual place. */
  readonly passwordFile: string | null;
  /** Whether `$password` holds the provisioner's. */
  readonly hasPassword: boolean;
}

/** How many revoked certificates a seed leaves: a question spends one only where a database has lost its values. */
const revokedCount = 4;
/** A nonce this often is more than the 1 KiB from which Badger keeps a value in its value log. */
const repeats = 40;

/** In a folder of its own, with no setting of the user's; what the drill keeps comes in by standard input, as lines `NAME BASE64`. */
const prelude = ({ url, provisioner, passwordFile, hasPassword }: Server): string => `
umask 077
own=\${STEPPATH:-\${HOME:-/root}/.step}
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit
export STEPPATH="$folder"
url=${quoted(url)}
command -v curl > /dev/null || { echo 'there is no curl beside step' >&2; exit 127; }
web() { curl -q --silent --show-error --noproxy '*' --connect-timeout 3 --max-time 15 "$@"; }
one_line() { tr -s '\\n\\r\\033' '   ' | cut -c 1-400; }
tell() { name=$1; shift; said=$("$@" 2>&1 < /dev/null); status=$?; printf '%s %s %s\\n' "$name" "$status" "$(printf '%s' "$said" | one_line)"; return "$status"; }
healthy() { web --cacert own.pem "$url/health" > /dev/null; }
fingerprints() { "$client" certificate fingerprint --bundle roots.pem | sed 's/^[0-9]*: //' | sort; }
provisioner_password() {
  ${hasPassword ? `printf '%s\\n' "$password" > password` : `cat ${passwordFile === null ? '"${PWDPATH:-$own/secrets/password}"' : quoted(passwordFile)} > password`}
}
issue() {
  provisioner_password &&
  "$client" ca certificate "$1" "$2.crt" "$2.key" --force --provisioner ${quoted(provisioner)} --provisioner-password-file password --ca-url "$url" --root own.pem &&
  verified "$2"
}
verified() { "$client" certificate verify "$1.crt" --roots roots.pem; }
renewed() { web --cacert own.pem --cert "$1.crt" --key "$1.key" --request POST --output renewed --write-out '%{http_code} ' "$url/1.0/renew"; }
serial() { "$client" certificate inspect --format json "$1.crt" | sed -n 's/^  "serial_number": "\\([0-9]*\\)".*/\\1/p' | head -n 1; }
revoked() {
  web --cacert own.pem --cert "$1.crt" --key "$1.key" --header 'Content-Type: application/json' --output answer --write-out '%{http_code} ' \\
    --data "{\\"serial\\":\\"$(serial "$1")\\",\\"reasonCode\\":0,\\"reason\\":\\"$2\\",\\"passive\\":true}" "$url/1.0/revoke" && cat answer
}
while read -r name data; do printf '%s' "$data" | base64 -d > "$name"; done
web --insecure "$url/roots.pem" > roots.pem || exit
awk '/-BEGIN/ { number++ } { print > ("root" number ".pem") }' roots.pem
# Where several are trusted, its own: clients take one.
for root in root[0-9]*.pem; do cp "$root" own.pem; said=$(healthy 2>&1) && break; done
healthy || exit
`;

/** Exit 0 once it says so itself, over TLS that its own root vouches for. */
export const ready = (server: Server): string => prelude(server);

export const planting = (server: Server, nonce: string): string => `${prelude(server)}
issue ${nonce} issued >&2 || exit
for number in ${numbers(0)}; do
  issue ${nonce} "revoked$number" >&2 || exit
  case $(revoked "revoked$number" ${quoted(Array(repeats).fill(nonce).join(' '))}) in 2*) ;; *) echo "it does not revoke a certificate: $(cat answer)" >&2; exit 1 ;; esac
done
tell roots fingerprints || exit
for name in issued.crt revoked*.crt revoked*.key; do echo "file 0 $name $(base64 < "$name" | tr -d '\\n')"; done
`;

export interface Known {
  readonly late: boolean;
  /** How many of the revoked certificates prove nothing any more. */
  readonly spent: number;
  /** The serving certificate of a process whose database is known to be broken: it is not asked again. */
  readonly broken: string | null;
}

export const asking = (server: Server, known: Known): string => `${prelude(server)}
tell roots fingerprints
leaf=$("$client" certificate fingerprint "$url" --insecure) || exit
echo "leaf 0 $leaf"
${known.late ? lateEntries : earlyEntries(known)}
if tell verify verified issued; then
  tell issue issue drill-new new && tell control renewed new && entries
else
  tell issue issue drill-new new
fi
healthy
`;

/** A late one is there already when one entry is. */
const lateEntries = `
entries() {
  for number in ${numbers(0)}; do
    code=$(renewed "revoked$number")
    case $code in 401*) echo 'entry 0 known'; return ;; esac
  done
  echo "entry 1 renew $code"
}`;

/**
 * An entry that is there refuses a renewal (401), which changes nothing. That may be its key alone, so the same revocation is sent again:
 * an entry with its value refuses it (400). The first that is not refused ends it, for then the question has made the entry.
 */
const earlyEntries = ({ spent, broken }: Known): string => `
entries() {
  [ "$leaf" != ${quoted(broken ?? '')} ] || { echo 'entry 1 broken'; return; }
  for number in ${numbers(spent)}; do
    code=$(renewed "revoked$number")
    case $code in 401*) ;; *) echo "entry 1 renew $code"; return ;; esac
    said=$(revoked "revoked$number" drill)
    case $said in 400*'already revoked'*) known=yes ;; *) echo "entry 1 revoke $(printf '%s' "$said" | one_line)"; return ;; esac
  done
  [ -z "$known" ] || echo 'entry 0 known'
}`;

/** With which of the old roots it still serves. No answer where it issues no certificate that verifies. */
export const identifying = (server: Server, old: readonly string[]): string => `${prelude(server)}
issue drill-new new >&2 || exit
for old in ${old.map(quoted).join(' ')}; do
  case $(web --insecure --output /dev/null --write-out '%{http_code}' "$url/root/$old") in 2*) echo "trusted 0 $old" ;; esac
done
tell roots fingerprints
`;

function numbers(from: number): string {
  return Array.from({ length: revokedCount - from }, (_, index) => String(from + index)).join(' ');
}
