// How the page of a run looks: quiet, in light and in dark, and on paper.
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #5c6570; --line: #d9dde3; --paper: #fff; --card: #f6f7f9;
  --good: #1a7f4b; --bad: #b3261e; --bar: #c98a12; --note: #fff7e0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #9aa4b0; --line: #3a4149; --paper: #16191d;
  --card: #1f242a; --good: #5cc48d; --bad: #ff8a80; --bar: #e0aa3e; --note: #2b2615; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { display: flex; gap: 1rem; align-items: center; justify-content: space-between; flex-wrap: wrap; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.verdict { margin: 0; padding: .2rem .9rem; border-radius: 1rem; border: 2px solid; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .quiet, small { color: var(--quiet); }
small { display: block; font-weight: 400; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.tiles div { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
.note { background: var(--note); border-radius: .5rem; padding: .6rem 1rem; margin: .5rem 0; }
.faults { border: 2px solid var(--bad); border-radius: .5rem; padding: 0 1rem .5rem; }
.faults h2 { margin-top: .75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 500; font-size: .85rem; } th:first-child { text-align: left; }
tbody th { font-weight: 500; } .dim { opacity: .45; }
.bar { display: inline-block; width: 8rem; height: .6rem; background: var(--card); border-radius: .3rem;
  overflow: hidden; }
.bar i { display: block; height: 100%; min-width: 2px; background: var(--bar); } .bar i.bad { background: var(--bad); }
@media print { main { padding: 0; } .wide { overflow: visible; } }
`;
