// What build/bundle-gradients.mjs writes, dist/gradients.js: a module that is imported for what it registers.
// oxlint-disable-next-line unicorn/require-module-specifiers -- it exports nothing, and is a module
export {};
