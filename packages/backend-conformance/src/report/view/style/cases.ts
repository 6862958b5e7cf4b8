export const casesStyle = `
.conformance .filters { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 10px; }
.conformance .filters input { flex: 1 1 260px; min-width: 0; font-family: var(--mono); font-size: 13px; }
.conformance .filters select { max-width: 100%; }
.conformance .cases table { width: 100%; font-size: 13px; }
.conformance .cases thead th { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); color: var(--muted); white-space: nowrap; }
.conformance .cases thead button { min-height: 0; padding: 2px 0; border: 0; background: none; }
.conformance .cases thead button:hover { text-decoration: underline; }
.conformance .cases [aria-sort="ascending"] button::after { content: " ↑"; }
.conformance .cases [aria-sort="descending"] button::after { content: " ↓"; }
.conformance .cases tbody tr > * { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.conformance .cases thead th:last-child { padding-right: 12px; text-align: right; }
.conformance .c-case { min-width: 18rem; overflow-wrap: anywhere; }
.conformance .c-case > a { font-family: var(--mono); text-decoration: none; color: var(--text); }
.conformance .c-case > a:hover { color: var(--link); text-decoration: underline; }
.conformance .c-case p { margin: 3px 0 0; max-width: 90ch; }
.conformance .c-case .message { color: var(--muted); white-space: pre-wrap; }
.conformance .c-case :is(.states, .place) { color: var(--muted); font-size: 12px; }
.conformance .c-case .known { color: var(--xfail); }
.conformance .c-backend { white-space: nowrap; }
.conformance .c-used { width: 7rem; }
.conformance .c-used .bar { margin-top: 3px; }
.conformance .c-closest > div { display: grid; grid-template-columns: minmax(7rem, 1fr) auto auto; gap: 0 8px; }
.conformance .c-closest .what { grid-row: span 2; color: var(--muted); overflow-wrap: anywhere; }
.conformance .c-closest .value { display: grid; grid-template-columns: subgrid; grid-column: 2 / -1; font-size: 12px; line-height: 1.5; white-space: nowrap; }
.conformance .c-closest .value span { font-family: var(--mono); }
.conformance .c-closest small { color: var(--muted); font-size: inherit; }
.conformance .c-time { text-align: right; white-space: nowrap; color: var(--muted); font-variant-numeric: tabular-nums; }
.conformance .cases .more { margin-top: 12px; }
@media (width < 820px) {
  .conformance .filters > * { flex: 1 1 40%; min-width: 0; }
  .conformance .filters input { flex-basis: 100%; }
  .conformance .cases table, .conformance .cases tbody, .conformance .cases caption { display: block; }
  .conformance .cases thead tr { display: flex; flex-wrap: wrap; gap: 0 14px; border-bottom: 1px solid var(--line); }
  .conformance .cases thead th { padding: 4px 0; border: 0; }
  .conformance .cases thead th:not(:has(button)) { display: none; }
  .conformance .cases tbody tr { display: grid; grid-template-columns: auto 1fr auto; gap: 2px 12px; padding: 8px 0; border-bottom: 1px solid var(--line); }
  .conformance .cases tbody tr > * { padding: 0; border: 0; }
  .conformance .c-case { grid-column: 1 / -1; grid-row: 2; min-width: 0; }
  .conformance .c-time { grid-area: 1 / 3; }
  .conformance .c-used { grid-column: 1 / -1; width: auto; display: flex; align-items: center; gap: 10px; }
  .conformance .c-used .bar { flex: 1; margin: 0; }
  .conformance .c-closest { grid-column: 1 / -1; }
}
`;
