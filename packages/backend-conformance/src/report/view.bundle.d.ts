/** The script of a report's page; `build/bundle-view.mjs` makes it of `view/main.ts`. It is safe inside a `script` element. */
export const viewBundle: string;
