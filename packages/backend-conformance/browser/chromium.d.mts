/** Headless, offline, and with WebGL and WebGPU on the software GPU, which every machine has. */
export const chromiumFlags: readonly string[];

/** The same with the machine's own GPU. */
export const chromiumGpuFlags: readonly string[];

/**
 * The Chromium to use: the one that CHROMIUM_PATH or CHROME_PATH names, the system's, or Playwright's own if it has
 * been downloaded.
 *
 * @throws Error where the environment names what is no program
 */
export function chromiumPath(): string | undefined;

/**
 * The manifest of the Vulkan driver in software that comes with Chromium. With it as VK_ICD_FILENAMES, and Vulkan's loader
 * installed (Debian: libvulkan1), Node has a GPU for webgpu on any machine.
 */
export function softwareVulkanPath(): string | undefined;
