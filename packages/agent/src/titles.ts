import type { Clock, Model } from '@holdfast/core';
import { follow } from '@holdfast/core/engine';
import { plainAnswer, type Paid } from './handlers/plain-answer.ts';
import type { Redact } from './ports.ts';
import { titleIn, titlePrompt } from './rules/title.ts';

export interface TitlePorts {
  /** A chain with a fallback of its own: which model is asked next after a failure, and that nothing of the failed one is kept, is its affair. */
  readonly model: Model;
  readonly clock: Clock;
  readonly redact: Redact;
  /** Whose call it is, for records and budgets. */
  readonly labels: { readonly session: string; readonly caller?: string };
}

/** Ms a title may take. */
const PATIENCE = 30_000;
/** A title takes twenty; models that cannot answer without reasoning need the rest. */
const TOKENS = 500;

/** Names a session after what the user said last. No title when the models fail or take too long. Rejects only for a stop. */
export async function titleOf(
  { model, clock, redact, labels }: TitlePorts,
  said: readonly string[],
  signal: AbortSignal,
): Promise<Paid & { readonly title?: string }> {
  const prompt = titlePrompt(said);
  if (!prompt) return {};
  using link = follow(signal);
  const letGo = clock.after(PATIENCE, () => link.abort(new Error('a title took too long')));
  try {
    const answer = await plainAnswer(
      model,
      {
        prompt: redact([
          { role: 'system' as const, content: prompt.system },
          { role: 'user' as const, content: [{ type: 'text' as const, text: prompt.user }] },
        ]),
        maxOutputTokens: TOKENS,
        reasoning: 'none',
        providerOptions: { holdfast: { ...labels } },
      },
      link.signal,
    );
    const title = 'text' in answer ? titleIn(answer.text) : undefined;
    const { usage, usd, call } = answer;
    return redact({
      ...(title && { title }),
      ...(usage && { usage }),
      ...(usd !== undefined && { usd }),
      ...(call !== undefined && { call }),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    return {};
  } finally {
    letGo();
  }
}
