/** What a model is told of a call that took too long. */
export const overTime = (ms: number): string => `ended after ${ms / 1000} s, its time limit`;

/** Ms a call of a tool may take: what the tool says; else the limit for all; 0 or less is none. */
export function timeLimitOf(tool: { readonly timeout?: number }, forAll?: number): number | undefined {
  const limit = tool.timeout ?? forAll;
  return limit !== undefined && limit > 0 ? limit : undefined;
}
