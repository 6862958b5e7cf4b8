import { add, scalar, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { withoutCpuForwarding } from './without-cpu-forwarding.js';

/**
 * The rounding unit of the current backend's floats, found by arithmetic: 2^-24 where they have 32
 * bits, 2^-11 where they have 16. What a backend says of itself is not always true.
 */
export async function probeUnit(): Promise<number> {
  const exponents = Array.from({ length: 30 }, (_, i) => i + 1);
  const values = await withoutCpuForwarding(async () => {
    const rest = tidy(() => {
      const one = scalar(1);
      return sub(add(tensor1d(exponents.map((p) => 2 ** -p)), one), one);
    });
    const read = await rest.data();
    rest.dispose();
    return read;
  });
  // 1 + 2^-p is 1 from half a unit in the last place on: ties go to the even one.
  const lost = values.findIndex((value) => value === 0);
  return 2 ** -(lost === -1 ? exponents.length : (exponents[lost] as number));
}
