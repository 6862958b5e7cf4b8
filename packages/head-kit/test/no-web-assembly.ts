/** What stands for `WebAssembly` where there is none to compile, and why there is none. */
export const NO_WEB_ASSEMBLY: readonly (readonly [why: string, webAssembly: unknown])[] = [
  ['none', undefined],
  [
    'none of SIMD, or a policy against it',
    {
      Module(): never {
        throw new Error('CompileError');
      },
    },
  ],
];
