export const matrixStyle = `
.conformance .matrix { border-collapse: separate; border-spacing: 4px; margin-left: -4px; table-layout: fixed; --subject: 13rem; --cell: 9.5rem; width: max(var(--subject) + var(--columns) * var(--cell), min(100%, 14rem + var(--columns) * 16rem)); }
.conformance .matrix th { padding: 4px 10px 4px 4px; font: 600 13px/1.3 var(--mono); background: var(--page); }
.conformance .matrix thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; }
.conformance .matrix th:first-child { position: sticky; left: 0; z-index: 1; width: var(--subject); }
.conformance .matrix td { padding: 0; height: 1px; vertical-align: top; }
.conformance .cell {
  display: flex; flex-direction: column; gap: 4px; width: 100%; height: 100%; min-height: 62px; padding: 7px 10px; text-align: left; line-height: 1.3;
  border: 1px solid color-mix(in srgb, var(--status) 28%, transparent); border-left: 3px solid var(--status); border-radius: 4px;
  background: color-mix(in srgb, var(--status) 6%, var(--page));
}
.conformance .cell:hover { background: color-mix(in srgb, var(--status) 13%, var(--page)); }
.conformance .cell .line { display: flex; justify-content: space-between; gap: 8px; }
.conformance .cell .number { font-weight: 600; }
.conformance .cell .tally { color: var(--muted); font-size: 12px; }
.conformance .none { display: block; padding: 8px 10px; color: var(--muted); font-size: 12px; }
.conformance td.unavailable {
  padding: 8px 10px; border: 1px dashed var(--line); border-radius: 4px; color: var(--muted); font-size: 12px;
  background: repeating-linear-gradient(135deg, transparent 0 7px, var(--panel) 7px 14px);
}
.conformance td.unavailable strong { display: block; color: var(--text); }
.conformance td.unavailable span { overflow-wrap: anywhere; }
@media (width < 640px) {
  .conformance .matrix { --subject: 6rem; --cell: 7.05rem; }
  .conformance .matrix th:first-child { font-size: 12px; }
  .conformance .cell { padding: 6px 7px; font-size: 13px; }
  .conformance .cell .sign { width: 1.05em; }
}
`;
