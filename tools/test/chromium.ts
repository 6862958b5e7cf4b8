import { chromiumFlags, chromiumPath, softwareVulkanPath } from '@tfjs-heads/backend-conformance/chromium';
import type { LaunchOptions } from 'playwright';

/** The Chromium of this machine. */
export interface ChromiumHere {
  /** How Playwright starts it. */
  readonly launch: Pick<LaunchOptions, 'args' | 'executablePath'>;
  /** The manifest of its Vulkan driver in software, which gives Node a GPU: `VK_ICD_FILENAMES`. */
  readonly vulkan: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** For the tests in Node that start a browser, or need its driver: packages below know nothing of one. */
    readonly chromium: ChromiumHere;
  }
}

export function chromiumHere(): ChromiumHere {
  const executablePath = chromiumPath();
  return {
    launch: { args: [...chromiumFlags], ...(executablePath !== undefined && { executablePath }) },
    vulkan: softwareVulkanPath(),
  };
}
