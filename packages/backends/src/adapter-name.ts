import type { KernelBackend } from '@tensorflow/tfjs-core';

/** What is told of a GPU; a browser may leave out any of it. */
interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly description?: string;
}

/** The GPU that webgl or webgpu computes on, by the name that its driver or the browser gives; undefined where none is told, and on other backends. */
export function adapterName(current: KernelBackend): string | undefined {
  const { gpgpu, device, adapterInfo } = current as {
    readonly gpgpu?: { readonly gl: WebGL2RenderingContext };
    readonly device?: { readonly adapterInfo?: AdapterInfo };
    readonly adapterInfo?: AdapterInfo;
  };
  if (gpgpu) {
    const { gl } = gpgpu;
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    return String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
  }
  // The device knows more than what tfjs keeps, where browsers are new enough.
  const { vendor, architecture, description } = device?.adapterInfo ?? adapterInfo ?? {};
  return [vendor, architecture, description].filter(Boolean).join(' ') || undefined;
}
