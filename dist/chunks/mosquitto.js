import"./rolldown-runtime.js";import{m as e,p as t,u as n,v as r}from"./zod.js";import{r as i}from"./format.js";import{a,l as o,r as s,s as c,t as l,u}from"./client.js";import{t as d}from"./login.js";const f=t({url:r({protocol:/^mqtt$/}).optional(),user:e().optional(),password:d.optional(),flush:n().positive().default(1800)}),p={programs:[`mosquitto_sub`],debianPackage:`mosquitto-clients`,passwordVariable:`MQTT_PASSWORD`},m=[`mosquitto.db`,`mosquitto.db.new`,`*.log`];function h(e){let t=f.parse(e.options),{host:n,port:r}=l(t.url,1883),a=`
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
`,d=(n,r)=>c(n,p,{inside:e.inside!==null,password:t.password,script:a+r,input:``});async function h(t){s(e.name,await d(t,v(t.nonce)))}return{kind:`mosquitto`,volatile:m,seeded:!0,remedy:`A broker keeps its messages in memory and writes them to mosquitto.db every ${i(t.flush)} (autosave_interval; flush in the drill file) and when it stops, if persistence is true: what is copied from a running one holds the state of before. Stop it before its files are copied, or send it SIGUSR1, which has it write at once.`,ready:async e=>{let t=await d(e,`with mosquitto_sub -t drill/ready -q 1 -E -W 5`);return t.exitCode===0?{state:`there`,seen:`it takes a subscription`}:o(t)},seed:h,late:h,check:async e=>b(await d(e,y(e.nonce)),e.nonce)}}const g=e=>u([`-c`,`-i`,`drill-${e}`,`-q`,`1`,`-t`,`drill/${e}/queued`]),_=e=>`with mosquitto_pub -q 1 -t drill/${e}/queued -m ${e}`,v=e=>`
with mosquitto_sub ${g(e)} -E -W 5 && ${_(e)} && with mosquitto_pub -q 1 -r -t drill/${e}/retained -m ${e}
`,y=e=>`
receive() { name=$1; shift; message=$(with mosquitto_sub "$@" -C 1 -W 5); echo "$name $? $message"; }
receive retained -q 1 -t drill/${e}/retained &
queued=$(receive queued ${g(e)})
case $queued in 'queued 0 '*) ${_(e)} || exit ;; esac
wait
echo "$queued"
`;function b(e,t){if(e.exitCode!==0)return o(e);let n=new Map(a(e).map(e=>e.split(` `)).map(([e=``,t,n])=>[e,{status:Number(t),message:n}])),r=e=>{let r=n.get(e);return r?.status===0?r.message===t?`there`:`unproven`:r?.status===27?`absent`:`unproven`},[i,s]=[r(`retained`),r(`queued`)];if(i===`unproven`||s===`unproven`)return o(e);let c={there:`there`,absent:`not there`},l=`its retained message is ${c[i]}, and the message that waits for a persistent session is ${c[s]}`;return{state:i===`there`&&s===`there`?`there`:`absent`,seen:l}}export{h as create,b as judge,f as optionsSchema,m as volatile};