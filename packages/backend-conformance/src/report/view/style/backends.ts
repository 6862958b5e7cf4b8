export const backendsStyle = `
.conformance .backends { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 246px), 1fr)); gap: 12px; margin-top: 10px; }
.conformance .backend { display: flex; flex-direction: column; gap: 8px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 6px; font-size: 13px; }
.conformance .distribution { display: block; width: 100%; height: auto; overflow: visible; }
.conformance .distribution .axis { stroke: var(--line); }
.conformance .distribution .limit { stroke: var(--fail); stroke-dasharray: 2 2; }
.conformance .distribution .within { fill: var(--link); }
.conformance .distribution .exact { fill: var(--pass); }
.conformance .distribution .over { fill: var(--fail); }
.conformance .distribution .tick { fill: var(--muted); font: 8px system-ui, sans-serif; text-anchor: middle; }
.conformance .backend dl { display: grid; gap: 2px; margin: 0; font-size: 12.5px; }
.conformance .backend dl div { display: grid; grid-template-columns: 6.4em 1fr; gap: 8px; }
.conformance .backend dt { color: var(--muted); }
.conformance .backend dd { margin: 0; overflow-wrap: anywhere; }
.conformance .backend sup { line-height: 0; }
.conformance .backend .reason { margin: 0; color: var(--muted); overflow-wrap: anywhere; }
.conformance .backend summary { color: var(--link); }
.conformance .backend ul { margin: 6px 0 0; padding-left: 16px; overflow-wrap: anywhere; }
.conformance summary h2 { display: inline-block; margin: 24px 0 8px 4px; font-size: 1rem; }
.conformance summary { cursor: pointer; }
.conformance .divergences { display: grid; gap: 6px; margin: 0; padding: 0; list-style: none; }
.conformance .divergences li { padding-left: 12px; border-left: 3px solid var(--xfail); max-width: 100ch; }
.conformance .divergences .upstream { color: var(--muted); white-space: nowrap; }
.conformance .divergences .meta { display: block; margin: 0; font-size: 13px; }
`;
