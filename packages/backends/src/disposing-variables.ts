import { engine } from '@tensorflow/tfjs-core';

/** Disposes of the variables that `use` leaves behind, an optimizer's among them, even where it throws. */
export async function disposingVariables<T>(use: () => Promise<T>): Promise<T> {
  const before = new Set(Object.keys(engine().state.registeredVariables));
  try {
    return await use();
  } finally {
    for (const [name, variable] of Object.entries(engine().state.registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
  }
}
