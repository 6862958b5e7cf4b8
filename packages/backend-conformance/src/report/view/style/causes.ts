export const causesStyle = `
.conformance .causes { display: grid; gap: 10px; margin: 0; padding: 0; list-style: none; }
.conformance .causes li { padding-left: 12px; border-left: 3px solid var(--fail); }
.conformance .causes .line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; }
.conformance .causes .line .meta { margin: 0; font-size: 13px; overflow-wrap: anywhere; }
.conformance .causes .cause { min-height: 0; padding: 1px 8px; }
.conformance .causes p { margin: 3px 0 0; max-width: 110ch; max-height: 9em; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.conformance .causes .states { color: var(--muted); font-size: 13px; }
.conformance .problems { margin: 8px 0; max-width: 110ch; }
.conformance .problems summary { color: var(--fail); font-weight: 600; }
.conformance .problems ul { margin: 4px 0 0; padding-left: 20px; overflow-wrap: anywhere; }
`;
