import{b as e,f as t,g as n,h as r,i,p as a}from"./schemas.js";import{a as o,i as s,l as c,r as l,s as u,t as d,u as f}from"./client.js";import{t as p}from"./login.js";import{t as m}from"./planting.js";const h=r({url:e({protocol:/^postgres(ql)?$/}).optional(),user:n().default(`postgres`),password:p.optional(),database:n().optional(),schema:n().default(`drill`)}),g={programs:[`psql`],debianPackage:`postgresql-client`,passwordVariable:`PGPASSWORD`},_=`postgres`,v=/* @__PURE__ */ `base,global,pg_commit_ts,pg_dynshmem,pg_logical,pg_multixact,pg_notify,pg_replslot,pg_serial,pg_snapshots,pg_stat,pg_stat_tmp,pg_subtrans,pg_tblspc,pg_twophase,pg_wal,pg_xact,postmaster.pid,postmaster.opts,current_logfiles,log,backup_label*,backup_manifest,tablespace_map*,recovery.signal,standby.signal`.split(`,`);function y(e){let t=h.parse(e.options),{host:n,port:r}=d(t.url,5432),i=`"${t.schema}".drill_canary`,a=(i,a,o)=>u(i,g,{inside:e.inside!==null,password:t.password,script:`exec "$client" ${f([`--no-psqlrc`,`--no-align`,`--tuples-only`,`--quiet`,`--no-password`,`--set=ON_ERROR_STOP=1`])}`,variables:{PGHOST:n,PGPORT:r,PGUSER:t.user,PGDATABASE:a,PGCONNECT_TIMEOUT:`5`,PGAPPNAME:`runbook-drill`},input:o});async function p(n){let r=await a(n,_,b);l(e.name,r);let i=t.database===void 0?C(r):[t.database];for(let t of i)l(e.name,await a(n,t,y(n.nonce,i.length)))}let y=(e,n)=>`BEGIN;
SELECT to_regnamespace('"${t.schema}"') IS NULL AS missing \\gset
\\if :missing
CREATE SCHEMA "${t.schema}";
\\endif
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS ${i} (nonce text PRIMARY KEY, again text, planted_in integer NOT NULL);
INSERT INTO ${i} VALUES ('${e}', '${e}', ${n});
COMMIT;
`,x=e=>`SELECT to_regclass('${i}') IS NOT NULL AS planted \\gset
\\if :planted
SELECT planted_in FROM ${i} WHERE nonce = '${e}';
\\endif
`;async function w(e){let n=await a(e,_,b);if(n.exitCode!==0)return c(n);let{databases:r}=S(n);if(t.database!==void 0&&!r.includes(t.database))return{state:`absent`,seen:`it has no database ${t.database}`};let i=/* @__PURE__ */ new Map;for(let n of t.database===void 0?r:[t.database]){let t=await a(e,n,x(e.nonce));if(t.exitCode!==0)return c(t);i.set(n,o(t).map(Number)[0]??null)}return s(i,D(e.nonce))}let{seed:T,late:E,isLate:D}=m(p);return{kind:`postgres`,volatile:v,seeded:!0,database:!0,remedy:`pg_dump holds one database: dump each of them, or all by pg_dumpall, with a client that is no newer than the server. Copy files only of a stopped server, or by pg_basebackup.`,ready:async e=>{let t=await a(e,_,b);return t.exitCode===0?{state:`there`,seen:`it answers over TCP`}:c(t)},seed:T,late:E,check:w}}const b=`SELECT json_build_object(
  'databases', (SELECT json_agg(datname ORDER BY datname) FROM pg_database WHERE datallowconn AND NOT datistemplate AND has_database_privilege(datname, 'CONNECT')),
  'tables', (SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')));
`,x=a({databases:i(n()),tables:t()}),S=({stdout:e})=>x.parse(JSON.parse(e.toString(`utf8`)));function C(e){let{databases:t,tables:n}=S(e),r=t.filter(e=>e!==_);return r.length===0||n>0?t:r}export{y as create,h as optionsSchema};