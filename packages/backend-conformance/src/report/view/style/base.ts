export const baseStyle = `
.conformance {
  --page: light-dark(#ffffff, #101317);
  --panel: light-dark(#f5f6f8, #191d23);
  --line: light-dark(#dce0e5, #2e353e);
  --text: light-dark(#1b1f24, #e5e8ec);
  --muted: light-dark(#59626e, #9ba5b1);
  --link: light-dark(#0b57b0, #7cb7ff);
  --pass: light-dark(#0a6b50, #4cc49b);
  --fail: light-dark(#b3261e, #ff8b7e);
  --xfail: light-dark(#6a3ea1, #c4a5f6);
  --skip: light-dark(#7a5200, #dfb35c);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  box-sizing: border-box;
  min-height: 100vh;
  padding: 20px max(16px, (100% - 1320px) / 2) 64px;
  background: var(--page);
  color: var(--text);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif;
  text-align: left;
}
body:is(.conformance, :has(> .conformance)) { margin: 0; }
.conformance *, .conformance ::before { box-sizing: inherit; }
.conformance [hidden] { display: none; }
.conformance h1 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--muted); }
.conformance h2 { margin: 36px 0 8px; font-size: 1.125rem; font-weight: 650; scroll-margin-top: 12px; outline: none; }
.conformance h3 { margin: 0; font: 600 13px/1.3 var(--mono); overflow-wrap: anywhere; }
.conformance a { color: var(--link); text-underline-offset: 2px; }
.conformance a:not(:hover) { text-decoration-color: color-mix(in srgb, currentcolor 40%, transparent); }
.conformance code { font-family: var(--mono); font-size: 0.93em; }
.conformance table { border-collapse: collapse; }
.conformance caption { padding-bottom: 6px; color: var(--muted); text-align: left; }
.conformance th { font-weight: inherit; text-align: left; }
.conformance button, .conformance select, .conformance input {
  min-height: 32px; padding: 3px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit; font: inherit;
}
.conformance button { cursor: pointer; }
.conformance button:hover { border-color: var(--muted); }
.conformance :is(button, select, input, a, summary):focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.conformance .meta { margin: 4px 0; color: var(--muted); }
.conformance .number { font-family: var(--mono); font-variant-numeric: tabular-nums; }
.conformance .scroll { overflow-x: auto; }

.conformance .title { display: flex; align-items: center; justify-content: space-between; gap: 12px; }
.conformance .verdict { margin: 2px 0 0; max-width: 60ch; font-size: clamp(1.2rem, 1rem + 1vw, 1.5rem); font-weight: 650; line-height: 1.25; letter-spacing: -0.01em; text-wrap: pretty; }
.conformance .counts { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0 20px; }
.conformance .count { display: inline-flex; align-items: baseline; gap: 6px; }
.conformance .count strong { font-variant-numeric: tabular-nums; }
.conformance [aria-pressed="true"] { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); }

.conformance [data-status="pass"] { --status: var(--pass); }
.conformance :is([data-status="fail"], [data-status="xpass"]) { --status: var(--fail); }
.conformance [data-status="xfail"] { --status: var(--xfail); }
.conformance [data-status="skip"] { --status: var(--skip); }
.conformance .status { color: var(--status); font-weight: 600; white-space: nowrap; }
.conformance .sign { display: inline-block; width: 1.25em; }
.conformance .bar { display: block; height: 5px; border-radius: 2px; background: color-mix(in srgb, var(--muted) 22%, transparent); overflow: hidden; }
.conformance .bar span { display: block; height: 100%; background: var(--status, var(--muted)); }
`;
