/** The style sheet of the page. Colours follow the light or dark setting of the reader. */
export const style = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --text: light-dark(#1d2127, #e3e6ea);
  --muted: light-dark(#5b6470, #9aa4b0);
  --line: light-dark(#d9dde2, #333a43);
  --train: light-dark(#17795e, #4cc2a0);
  --test: light-dark(#0b57b0, #6cb2ff);
  --baseline: light-dark(#a8490b, #f0a060);
  --class-1: light-dark(#0b57b0, #6cb2ff);
  --class-2: light-dark(#a8490b, #f0a060);
  --class-3: light-dark(#17795e, #4cc2a0);
  --class-4: light-dark(#8a3a9c, #d59be3);
}
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { margin: 0 0 8px; font-size: 1.75rem; line-height: 1.2; }
h2 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; margin: 40px 0 4px; font-size: 1.25rem; }
h2 code { color: var(--muted); font-size: 0.85em; font-weight: normal; }
p { margin: 8px 0; max-width: 90ch; }
.muted { color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 12px 0; padding: 0; font-size: 0.875rem; list-style: none; }
.legend li { position: relative; padding-left: 34px; }
.legend li::before { content: ""; position: absolute; left: 0; top: 0.65em; width: 26px; }
.legend .train::before { border-top: 3px solid var(--train); }
.legend .test::before { border-top: 3px solid var(--test); }
.legend .baseline::before { border-top: 2px dashed var(--baseline); }
.legend .class-1::before { border-top: 3px solid var(--class-1); }
.legend .class-2::before { border-top: 3px solid var(--class-2); }
.legend .class-3::before { border-top: 3px solid var(--class-3); }
.legend .class-4::before { border-top: 3px solid var(--class-4); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 16px 32px; }
.charts.small { grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); margin: 16px 0; }
figure { margin: 0; max-width: 500px; }
.small figure { max-width: 420px; }
figcaption { margin-bottom: 4px; color: var(--muted); font-size: 0.875rem; }
figcaption strong { margin-right: 8px; color: var(--text); }
.charts svg { --plot-background: var(--page); display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
thead th:not(:first-child), .number { text-align: right; font-variant-numeric: tabular-nums; }
thead th, tbody th[scope="row"] { font-weight: normal; }
thead th { color: var(--muted); }
.scroll + p { margin-top: 16px; }
`;
