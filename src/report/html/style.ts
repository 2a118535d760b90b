/** The look of the page: light and dark, on paper, and on a telephone. */
export const style = `
:root{color-scheme:light dark;--page:#fff;--panel:#f6f8fa;--line:#d1d9e0;--text:#1f2328;--soft:#59636e;--good:#116329;--good-tint:#dafbe1;--bad:#b3141f;--bad-tint:#ffebe9;--warn:#7d4e00;--warn-tint:#fff3d1;--none:#4a535d;--none-tint:#e9edf1;--accent:#0757ba;--bar:#9aa7b5;--hit:#fff3d1}
@media(prefers-color-scheme:dark){:root{--page:#0d1117;--panel:#151b23;--line:#30363d;--text:#e6edf3;--soft:#9da7b3;--good:#56d364;--good-tint:#10281a;--bad:#ff8a80;--bad-tint:#331517;--warn:#e3b341;--warn-tint:#2d2307;--none:#b1bac4;--none-tint:#21262d;--accent:#79b8ff;--bar:#57606a;--hit:#3a2d0a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
footer{padding-bottom:3rem;color:var(--soft);font-size:.875rem}
h1{font-size:clamp(1.6rem,1.1rem + 2.2vw,2.3rem);line-height:1.2;margin:.2rem 0 .8rem;letter-spacing:-.015em}
h2{font-size:1.35rem;line-height:1.3;margin:0 0 .5rem;letter-spacing:-.01em}
h3{font-size:1rem;margin:1.8rem 0 .6rem}
p{margin:.5rem 0}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
header .pill{font-size:1rem;padding:.25rem .9rem}
.eyebrow{color:var(--soft);font-size:.875rem;margin:0}
.lead{color:var(--soft);margin-top:.2rem}
.pill{display:inline-block;font-weight:600;font-size:.8125rem;line-height:1.4;padding:.15rem .65rem;border-radius:1rem;white-space:nowrap;border:1px solid currentColor}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.none{color:var(--none)}
.pill.good{background:var(--good-tint)}.pill.bad{background:var(--bad-tint)}.pill.warn{background:var(--warn-tint)}.pill.none{background:var(--none-tint)}
.note{background:var(--warn-tint);border-left:4px solid var(--warn);padding:.6rem 1rem;margin:1rem 0;border-radius:0 6px 6px 0}
.note ul{margin:.2rem 0;padding-left:1.2rem}
section{margin:2.5rem 0}
.scenario{border-top:1px solid var(--line);padding-top:2rem}
.head{display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:center;justify-content:space-between}
.head h2{margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.2rem 0;padding:0}
.facts div{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem}
.facts dt{color:var(--soft);font-size:.8125rem}
.facts dd{margin:0;font-size:1.3rem;font-weight:600;line-height:1.35;font-variant-numeric:tabular-nums}
.facts small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:break-word}
thead th,.day{white-space:nowrap}
.bench tbody th{min-width:9rem}
th{color:var(--soft);font-weight:600}
tbody th{color:var(--text)}
.num{text-align:right;white-space:nowrap}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.84em}
.hash{color:var(--soft);word-break:break-all}
ol.time{list-style:none;margin:0;padding:0}
.time li{display:grid;grid-template-columns:13rem 1fr 5.5rem;gap:.1rem .8rem;align-items:center;font-size:.875rem;padding:.16rem 0}
.time .step .what{padding-left:1.1rem;color:var(--soft)}
.what{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{position:relative;height:.7rem;border-radius:3px;background:var(--panel)}
.track i{position:absolute;top:0;bottom:0;min-width:3px;border-radius:3px;background:var(--bar)}
.step .track{height:.4rem}
.track i.rta{background:var(--accent)}.track i.bad{background:var(--bad)}
.took{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.legend{font-size:.8125rem;color:var(--soft)}
.legend i{display:inline-block;width:.8rem;height:.6rem;border-radius:2px;background:var(--bar);margin:0 .3rem 0 .8rem}.legend i:first-child{margin-left:0}.legend i.rta{background:var(--accent)}
.finding{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:0 8px 8px 0;padding:.8rem 1rem;margin:.8rem 0;background:var(--page)}
.finding.warn{border-left-color:var(--warn);color:inherit}
.finding h4{margin:0;font-size:1rem;line-height:1.4}
.finding .at{color:var(--soft);font-size:.8125rem;margin:.1rem 0 .6rem}
.finding dl{display:grid;grid-template-columns:5.5rem 1fr;gap:.3rem .8rem;margin:.6rem 0 0;font-size:.9rem}
.finding dt{color:var(--soft)}.finding dd{margin:0}
pre.source{background:var(--panel);border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:.5rem 0;white-space:pre-wrap;line-height:1.5}
.source span{display:block;padding:0 .8rem 0 3.6rem;text-indent:-2.8rem}
.source span::before{content:attr(data-line);display:inline-block;width:2.2rem;margin-right:.6rem;text-align:right;text-indent:0;color:var(--soft)}
.source .hit{background:var(--hit)}
figure{margin:1.4rem 0}
figcaption{color:var(--soft);font-size:.8125rem}
.plot svg{display:block;max-width:100%;height:auto;overflow:visible}
.plot .narrow{display:none}
details{border:1px solid var(--line);border-radius:8px;margin:.6rem 0;background:var(--page)}
summary{cursor:pointer;padding:.55rem .9rem;font-weight:600;font-size:.9375rem}
details>div{padding:0 .9rem .8rem}
.quiet{color:var(--soft)}
.plain{padding-left:1.2rem;margin:.3rem 0}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.4rem .8rem}
@media(max-width:44rem){
 body{font-size:15px}
 .facts{grid-template-columns:1fr 1fr}
 .time li{grid-template-columns:1fr auto}.time .track{grid-column:1/-1;grid-row:2}
 .finding dl{grid-template-columns:1fr;gap:0}.finding dd{margin-bottom:.5rem}
 .plot .wide{display:none}.plot .narrow{display:block}
 table,caption,tbody,tr,th,td{display:block}thead{position:absolute;left:-999rem}
 tr{border:1px solid var(--line);border-radius:8px;margin:.6rem 0;padding:.3rem 0}
 tbody th,td{border:0;padding:.2rem .9rem;display:flex;justify-content:space-between;gap:1rem;text-align:right;white-space:normal}
 tbody th{font-size:1rem;text-align:left}.bench tbody th{min-width:0}
 th,td{overflow-wrap:anywhere}
 td::before{content:attr(data-title);color:var(--soft);text-align:left;flex:none}
}
@media print{
 :root{color-scheme:light;--page:#fff;--panel:#f6f8fa;--line:#c4ccd4;--text:#000;--soft:#444;--good:#116329;--good-tint:#fff;--bad:#b3141f;--bad-tint:#fff;--warn:#7d4e00;--warn-tint:#fff;--none:#4a535d;--none-tint:#fff;--accent:#0757ba;--bar:#9aa7b5;--hit:#eee}
 *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
 body{font-size:10.5pt}main,header,footer{max-width:none;padding:0}header{padding-top:0}
 section{margin:1.4rem 0}.finding,figure,tr,.facts div{break-inside:avoid}h2,h3,summary{break-after:avoid}
 details::details-content{content-visibility:visible;height:auto}
}
`.trim();
