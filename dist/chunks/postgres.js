import"./rolldown-runtime.js";import{d as e,m as t,p as n,r,u as i,v as a}from"./zod.js";import{a as o,i as s,l as c,r as l,s as u,t as d,u as f}from"./client.js";import{t as p}from"./login.js";const m=n({url:a({protocol:/^postgres(ql)?$/}).optional(),user:t().default(`postgres`),password:p.optional(),database:t().optional(),schema:t().default(`drill`)}),h={programs:[`psql`],debianPackage:`postgresql-client`,passwordVariable:`PGPASSWORD`},g=`postgres`,_=/* @__PURE__ */ `base,global,pg_commit_ts,pg_dynshmem,pg_logical,pg_multixact,pg_notify,pg_replslot,pg_serial,pg_snapshots,pg_stat,pg_stat_tmp,pg_subtrans,pg_tblspc,pg_twophase,pg_wal,pg_xact,postmaster.pid,postmaster.opts,current_logfiles,log,backup_label*,backup_manifest,tablespace_map*,recovery.signal,standby.signal`.split(`,`);function v(e){let t=m.parse(e.options),{host:n,port:r}=d(t.url,5432),i=`"${t.schema}".drill_canary`,a=(i,a,o)=>u(i,h,{inside:e.inside!==null,password:t.password,script:`exec "$client" ${f([`--no-psqlrc`,`--no-align`,`--tuples-only`,`--quiet`,`--no-password`,`--set=ON_ERROR_STOP=1`])}`,variables:{PGHOST:n,PGPORT:r,PGUSER:t.user,PGDATABASE:a,PGCONNECT_TIMEOUT:`5`,PGAPPNAME:`runbook-drill`},input:o});async function p(n){let r=await a(n,g,y);l(e.name,r);let i=t.database===void 0?S(r):[t.database];for(let t of i)l(e.name,await a(n,t,v(n.nonce,i.length)))}let v=(e,n)=>`BEGIN;
SELECT to_regnamespace('"${t.schema}"') IS NULL AS missing \\gset
\\if :missing
CREATE SCHEMA "${t.schema}";
\\endif
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS ${i} (nonce text PRIMARY KEY, planted_in integer NOT NULL);
INSERT INTO ${i} VALUES ('${e}', ${n});
COMMIT;
`,b=e=>`SELECT to_regclass('${i}') IS NOT NULL AS planted \\gset
\\if :planted
SELECT planted_in FROM ${i} WHERE nonce = '${e}';
\\endif
`;async function C(e){let n=await a(e,g,y);if(n.exitCode!==0)return c(n);let{databases:r}=x(n);if(t.database!==void 0&&!r.includes(t.database))return{state:`absent`,seen:`it has no database ${t.database}`};let i=/* @__PURE__ */ new Map;for(let n of t.database===void 0?r:[t.database]){let t=await a(e,n,b(e.nonce));if(t.exitCode!==0)return c(t);i.set(n,o(t).map(Number)[0]??null)}return s(i)}return{kind:`postgres`,volatile:_,seeded:!0,ready:async e=>{let t=await a(e,g,y);return t.exitCode===0?{state:`there`,seen:`it answers over TCP`}:c(t)},seed:p,late:p,check:C}}const y=`SELECT json_build_object(
  'databases', (SELECT json_agg(datname ORDER BY datname) FROM pg_database WHERE datallowconn AND NOT datistemplate),
  'tables', (SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')));
`,b=e({databases:r(t()),tables:i()}),x=({stdout:e})=>b.parse(JSON.parse(e.toString(`utf8`)));function S(e){let{databases:t,tables:n}=x(e),r=t.filter(e=>e!==g);return r.length===0||n>0?t:r}export{v as create,m as optionsSchema,_ as volatile};