/** A browser has no terminal. */
export async function progressBar(): Promise<undefined> {
  return undefined;
}
