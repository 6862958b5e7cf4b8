/** What a bundle for the browser has in the place of `graph-step` (see package.json): no backend there has use for graphs, so nobody asks for one. */
export const GraphStep = undefined;
/** Comes with what writes WebAssembly there. */
export const KnownArguments = undefined;
