export const visitorStyle = `
.conformance .conformance { min-height: 0; padding: 0; margin-top: 24px; }
.conformance .conformance .title { display: none; }
.conformance .lead { margin: 4px 0 16px; max-width: 75ch; font-size: 1.05rem; }
.conformance .choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); gap: 16px 28px; margin: 0; padding: 14px 16px 16px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
.conformance .choices h2 { margin: 0 0 6px; font-size: 0.8rem; color: var(--muted); }
.conformance .choices label { display: flex; gap: 8px; padding: 3px 0; cursor: pointer; }
.conformance .choices label:has(:disabled) { color: var(--muted); cursor: default; }
.conformance .choices [type="checkbox"] { flex: none; width: 16px; height: 16px; min-height: 0; margin: 2px 0 0; accent-color: var(--link); }
.conformance .choices [type="search"] { width: 100%; font-family: var(--mono); font-size: 13px; }
.conformance .choices small { display: block; color: var(--muted); font-size: 12px; }
.conformance .actions { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 12px; }
.conformance .actions .run { padding: 3px 20px; border-color: transparent; background: var(--link); color: var(--page); font-weight: 600; }
.conformance .actions button:disabled { opacity: 0.45; cursor: default; }
.conformance .actions progress { flex: 1 1 160px; max-width: 320px; accent-color: var(--link); }
.conformance .actions .error { color: var(--fail); }
`;
