/** What an error says, to go into a reason. */
export function messageOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, 300);
}
