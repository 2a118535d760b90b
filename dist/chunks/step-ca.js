import{b as e,g as t,h as n}from"./schemas.js";import{l as r,o as i,r as a,s as o}from"./client.js";import{t as s}from"./login.js";import{t as c}from"./parts.js";import{t as l}from"./planting.js";const u=({url:e,provisioner:t,passwordFile:n,hasPassword:r})=>`
umask 077
own=\${STEPPATH:-\${HOME:-/root}/.step}
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit
export STEPPATH="$folder"
url=${i(e)}
command -v curl > /dev/null || { echo 'there is no curl beside step' >&2; exit 127; }
web() { curl -q --silent --show-error --noproxy '*' --connect-timeout 3 --max-time 15 "$@"; }
one_line() { tr -s '\\n\\r\\033' '   ' | cut -c 1-400; }
tell() { name=$1; shift; said=$("$@" 2>&1 < /dev/null); status=$?; printf '%s %s %s\\n' "$name" "$status" "$(printf '%s' "$said" | one_line)"; return "$status"; }
healthy() { web --cacert own.pem "$url/health" > /dev/null; }
fingerprints() { "$client" certificate fingerprint --bundle roots.pem | sed 's/^[0-9]*: //' | sort; }
provisioner_password() {
  ${r?`printf '%s\\n' "$password" > password`:`cat ${n===null?'"${PWDPATH:-$own/secrets/password}"':i(n)} > password`}
}
issue() {
  provisioner_password &&
  "$client" ca certificate "$1" "$2.crt" "$2.key" --force --provisioner ${i(t)} --provisioner-password-file password --ca-url "$url" --root own.pem &&
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
`,d=e=>u(e),f=(e,t)=>`${u(e)}
issue ${t} issued >&2 || exit
for number in ${_(0)}; do
  issue ${t} "revoked$number" >&2 || exit
  case $(revoked "revoked$number" ${i(Array(40).fill(t).join(` `))}) in 2*) ;; *) echo "it does not revoke a certificate: $(cat answer)" >&2; exit 1 ;; esac
done
tell roots fingerprints || exit
for name in issued.crt revoked*.crt revoked*.key; do echo "file 0 $name $(base64 < "$name" | tr -d '\\n')"; done
`,p=(e,t)=>`${u(e)}
tell roots fingerprints
leaf=$("$client" certificate fingerprint "$url" --insecure) || exit
echo "leaf 0 $leaf"
${t.late?m:h(t)}
if tell verify verified issued; then
  tell issue issue drill-new new && tell control renewed new && entries
else
  tell issue issue drill-new new
fi
healthy
`,m=`
entries() {
  for number in ${_(0)}; do
    code=$(renewed "revoked$number")
    case $code in 401*) echo 'entry 0 known'; return ;; esac
  done
  echo "entry 1 renew $code"
}`,h=({spent:e,broken:t})=>`
entries() {
  [ "$leaf" != ${i(t??``)} ] || { echo 'entry 1 broken'; return; }
  for number in ${_(e)}; do
    code=$(renewed "revoked$number")
    case $code in 401*) ;; *) echo "entry 1 renew $code"; return ;; esac
    said=$(revoked "revoked$number" drill)
    case $said in 400*'already revoked'*) known=yes ;; *) echo "entry 1 revoke $(printf '%s' "$said" | one_line)"; return ;; esac
  done
  [ -z "$known" ] || echo 'entry 0 known'
}`,g=(e,t)=>`${u(e)}
issue drill-new new >&2 || exit
for old in ${t.map(i).join(` `)}; do
  case $(web --insecure --output /dev/null --write-out '%{http_code}' "$url/root/$old") in 2*) echo "trusted 0 $old" ;; esac
done
tell roots fingerprints
`;function _(e){return Array.from({length:4-e},(t,n)=>String(e+n)).join(` `)}const v=n({url:e({protocol:/^https$/}).default(`https://localhost:9000`),provisioner:t().default(`admin`),password:s.optional(),"password-file":t().optional()}),y={programs:[`step`],debianPackage:`step-cli`},b=[`*.vlog`,`*.sst`,`MANIFEST`,`MANIFEST-REWRITE`,`KEYREGISTRY`,`LOCK`];function x(e){let t=v.parse(e.options),n={url:t.url.replace(/\/+$/,``),provisioner:t.provisioner,passwordFile:t[`password-file`]??null,hasPassword:t.password!==void 0},i=(n,r,i=[])=>o(n,y,{inside:e.inside!==null,password:t.password,script:r,input:i.map(e=>`${e}\n`).join(``)}),s=/* @__PURE__ */ new Map,u=/* @__PURE__ */ new Map,m=l(async t=>{let r=await i(t,f(n,t.nonce));a(e.name,r);let o=S(r),c=o.filter(([e])=>e===`file`).map(([,,e])=>e);s.set(t.nonce,{roots:C(o,`roots`),files:c,spent:0,broken:null})});async function h(e){let t=s.get(e.nonce);if(t===void 0)return{state:`absent`,seen:`no certificate was issued for it`};let a=m.isLate(e.nonce),o=await i(e,p(n,{late:a,spent:t.spent,broken:t.broken}),t.files),l=S(o),u=C(l,`entry`);if(u.startsWith(`revoke 2`)&&(t.spent+=1),/^(?:revoke [25]|renew 5)/.test(u)&&(t.broken=C(l,`leaf`)),o.exitCode!==0)return r(o);let d=E(l);return a?d:c([...T(l,t.roots),d],!1)}return{kind:`step-ca`,volatile:b,seeded:!0,remedy:`A certificate authority is its certificates, its encrypted keys, the password that opens them and its database with all of its files (also those in a valueDir of its own): stop it before they are copied, and restore them together.`,ready:async e=>{let t=await i(e,d(n));return t.exitCode===0?{state:`there`,seen:`it is healthy, by its own root`}:r(t)},seed:m.seed,late:m.late,identityIs:`the fingerprint of its root`,identity:async e=>{let t=u.get(e.nonce),r=await i(e,g(n,t===void 0?[]:t.split(` `)));if(r.exitCode!==0)return null;let a=S(r);if(t!==void 0&&C(a,`trusted`)!==``)return t;let o=C(a,`roots`);return t===void 0&&u.set(e.nonce,o),o},check:h}}function S({stdout:e}){return e.toString(`utf8`).split(`
`).filter(e=>e!==``).map(e=>{let[,t=``,n=``,r=``]=/^(\S+) (\d+) ?(.*)$/.exec(e)??[];return[t,Number(n),r.trim()]})}const C=(e,t)=>e.find(([e])=>e===t)?.[2]??``;function w(e,t,n){let r=e.find(e=>e[0]===t);return r===void 0?{what:n,state:`unproven`,seen:`it was not asked`}:{what:n,state:r[1]===0?`there`:`absent`,seen:r[2]}}function T(e,t){let n=C(e,`roots`);return[{what:`its root`,state:n===t?`there`:`absent`,seen:`its fingerprint was ${t} and is ${n}`},w(e,`verify`,`the certificate that it had issued, verified against its root`),w(e,`issue`,`a new certificate`)]}function E(e){let t=`a revocation in its database`;if(w(e,`verify`,``).state===`absent`)return{what:t,state:`absent`,seen:`the revoked certificate is of another authority`};let n=C(e,`control`);if(!n.startsWith(`2`))return{what:t,state:`unproven`,seen:`it renews no certificate at all: HTTP ${n||`nothing`}`};let r=C(e,`entry`);if(r===`known`)return{what:t,state:`there`,seen:`it refuses the certificate that was revoked`};if(r===`broken`)return{what:t,state:`absent`,seen:`its database could not read it`};let[i=``,a=``]=r.split(` `);return a.startsWith(`2`)?{what:t,state:`absent`,seen:i===`renew`?`it renews the certificate that was revoked`:`its database has the entry without its value`}:{what:t,state:a.startsWith(`5`)?`absent`:`unproven`,seen:`its database cannot read it: ${i}: HTTP ${r.slice(i.length+1)||`nothing`}`}}export{x as create,v as optionsSchema};