import { engine } from '@tensorflow/tfjs-core';

/** Disposes of the variables that `use` leaves behind, an optimizer's among them, even where it throws. */
export function disposingVariables<T>(use: () => T): T {
  const before = new Set(Object.values(engine().state.registeredVariables));
  try {
    return use();
  } finally {
    for (const variable of Object.values(engine().state.registeredVariables)) {
      if (!before.has(variable)) variable.dispose();
    }
  }
}
