import type { HookInput, HookOutcome } from '../rules/hook-types.ts';

export interface PostCall {
  readonly args: readonly string[];
  readonly input: HookInput;
  readonly scrub: (text: string) => string;
  readonly signal: AbortSignal;
}

/** Sends the facts of an event to the address in the first argument. It only tells: the answer is not read, and a redirection not followed. */
export async function postFacts({ args: [address], input, scrub, signal }: PostCall): Promise<Partial<HookOutcome>> {
  const url = URL.parse(address ?? '');
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Error(`its argument is ${JSON.stringify(address) ?? 'missing'}; it takes an http or https address`);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: scrub(JSON.stringify(input)),
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(`${url.origin} cannot be reached: ${causeOf(error)}`, { cause: error });
  });
  await response.body?.cancel().catch(() => {});
  if (!response.ok) throw new Error(`${url.origin} answered ${response.status}`);
  return {};
}

const causeOf = (error: unknown): string => {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
};
