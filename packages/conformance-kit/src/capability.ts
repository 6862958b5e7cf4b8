/** What a backend may have or lack. */
export const allCapabilities = [
  /** Floats of 32 bits: 16 count to 2,048 only. */
  'float32',
  /** Infinities that survive arithmetic. WGSL lets a driver assume that there are none. */
  'infinity',
  /** NaNs that survive arithmetic. WGSL lets a driver assume that there are none. */
  'nan',
  /** A maximum that is NaN where an operand is. WGSL lets `max` give the other one, as NVIDIA's drivers do. */
  'nan-in-max',
  /** Values on a device of their own, where a synchronous read stalls. */
  'device-memory',
] as const;
export type Capability = (typeof allCapabilities)[number];
