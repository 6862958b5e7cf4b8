import { chromiumFlags, chromiumGpuFlags } from '#chromium';

/** The flags of a Chromium that shows a page of ours. A page from another machine counts as insecure and has no WebGPU, unless allowed. */
export function flagsFor({ gpu }: { readonly gpu: boolean }, origin: string): string[] {
  return [...(gpu ? chromiumGpuFlags : chromiumFlags), `--unsafely-treat-insecure-origin-as-secure=${origin}`];
}
