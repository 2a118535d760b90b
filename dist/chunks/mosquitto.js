import{b as e,f as t,g as n,h as r}from"./schemas.js";import{r as i}from"./format.js";import{a,l as o,r as s,s as c,t as l,u}from"./client.js";import{t as d}from"./login.js";import{t as f}from"./parts.js";import{t as p}from"./planting.js";const m=r({url:e({protocol:/^mqtt$/}).optional(),user:n().optional(),password:d.optional(),flush:t().positive().default(1800)}),h={programs:[`mosquitto_sub`],debianPackage:`mosquitto-clients`,passwordVariable:`MQTT_PASSWORD`},g=[`mosquitto.db`,`mosquitto.db.new`,`*.log`];function _(e){let t=m.parse(e.options),{host:n,port:r}=l(t.url,1883),a=`
with() {
  program=$1; shift
  set -- "$program" ${u([`-h`,n,`-p`,r,...t.user===void 0?[]:[`-u`,t.user]])} "$@"
  if [ -z "\${MQTT_PASSWORD+set}" ]; then "$@" < /dev/null; return; fi
  printf '%s %s\\n' -P "$MQTT_PASSWORD" | XDG_CONFIG_HOME=$folder "$@"
}
if [ -n "\${MQTT_PASSWORD+set}" ]; then
  folder=$(mktemp -d) || exit
  trap 'rm -rf "$folder"' EXIT
  for program in mosquitto_sub mosquitto_pub; do ln -s /dev/stdin "$folder/$program"; done
fi
`,d=(n,r)=>c(n,h,{inside:e.inside!==null,password:t.password,script:a+r,input:``}),{seed:f,late:_,isLate:v}=p(async t=>s(e.name,await d(t,b(t.nonce))));return{kind:`mosquitto`,volatile:g,seeded:!0,remedy:`A broker keeps its messages in memory and writes them to mosquitto.db every ${i(t.flush)} (autosave_interval; flush in the drill file) and when it stops, if persistence is true: what is copied from a running one holds the state of before. Stop it before its files are copied, or send it SIGUSR1, which has it write at once.`,ready:async e=>{let t=await d(e,`with mosquitto_sub -t drill/ready -q 1 -E -W 5`);return t.exitCode===0?{state:`there`,seen:`it takes a subscription`}:o(t)},seed:f,late:_,check:async e=>S(await d(e,x(e.nonce)),e.nonce,v(e.nonce))}}const v=e=>u([`-c`,`-i`,`drill-${e}`,`-q`,`1`,`-t`,`drill/${e}/queued`]),y=e=>`with mosquitto_pub -q 1 -t drill/${e}/queued -m ${e}`,b=e=>`
with mosquitto_sub ${v(e)} -E -W 5 && ${y(e)} && with mosquitto_pub -q 1 -r -t drill/${e}/retained -m ${e}
`,x=e=>`
receive() { name=$1; shift; message=$(with mosquitto_sub "$@" -C 1 -W 5); echo "$name $? $message"; }
receive retained -q 1 -t drill/${e}/retained &
queued=$(receive queued ${v(e)})
case $queued in 'queued 0 '*) ${y(e)} || exit ;; esac
wait
echo "$queued"
`;function S(e,t,n){if(e.exitCode!==0)return o(e);let r=new Map(a(e).map(e=>e.split(` `)).map(([e=``,t=``,n])=>[e,{status:t,message:n}])),i=(n,i)=>{let{status:a,message:o}=r.get(n)??{status:`nothing`,message:void 0};return a===`0`?o===t?{what:i,state:`there`,seen:o}:{what:i,state:`unproven`,seen:`another message: ${o}`}:a===`27`?{what:i,state:`absent`,seen:`none within 5 s`}:{what:i,state:`unproven`,seen:`mosquitto_sub ended with ${a}: ${e.stderr.trim()}`}};return f([i(`retained`,`its retained message`),i(`queued`,`the message that waits for a persistent session`)],n)}export{_ as create,S as judge,m as optionsSchema};