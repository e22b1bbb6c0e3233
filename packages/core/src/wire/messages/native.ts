import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import type { BodyChanges, NativeAsk } from '../protocol.ts';
import { bound, withoutSystemTurns, withoutThoughts } from './native-history.ts';
import { repaired } from './native-repairs.ts';
import { fittedBudget, isManual, thinkingOff } from './native-thinking.ts';

/**
 * What is changed in a client's body for a provider of the same protocol. A body with nothing of ours in it keeps its messages: they are
 * neither copied nor written again.
 */
export function native(body: JsonObject, ask: NativeAsk): BodyChanges {
  const before = (body['messages'] ?? []) as readonly Json[];
  const kept = withoutThoughts(before, ask);
  const changes: Record<string, unknown> = { model: ask.model, stream: ask.stream };
  if (ask.maxTokens !== undefined) Object.assign(changes, limited(body, ask.maxTokens));
  let messages = ask.repairs.includes('strict-roles') ? withoutSystemTurns(kept) : kept;
  if (kept !== before && isManual(body) && bound(messages)) Object.assign(changes, thinkingOff(body));
  if (ask.cut && ask.cut.quote.trimEnd() !== '') {
    messages = [...messages, ...cutTurns(ask.cut)];
    Object.assign(changes, goingOn(body));
  }
  if (ask.repairs.includes('prefill')) messages = endedByUser(messages);
  if (messages !== before) changes['messages'] = messages;
  return ask.repairs.length === 0 ? changes : repaired(body, changes, ask.repairs);
}

const limited = (body: JsonObject, most: number): BodyChanges => ({ max_tokens: most, ...fittedBudget({ ...body, max_tokens: most }) });

/** C6: the shown text as the assistant's turn, then the turn that asks to go on. White space at the end of a turn is refused. */
function cutTurns({ quote, told }: NonNullable<NativeAsk['cut']>): readonly JsonObject[] {
  const said = { role: 'assistant', content: quote.trimEnd() };
  return told === undefined ? [said] : [said, { role: 'user', content: told }];
}

/** Note 25: a budget written by hand would outgrow the tokens that are left, and what is left to say takes little thought. */
function goingOn(body: JsonObject): BodyChanges {
  const { output_config: output } = body;
  return {
    ...(isManual(body) && thinkingOff(body)),
    ...(isObject(output) && isText(output['effort']) && { output_config: { ...output, effort: 'low' } }),
  };
}

/** Where no turn of the assistant's may be begun, it is asked to go on with its own. */
function endedByUser(messages: readonly Json[]): readonly Json[] {
  const last = messages.at(-1);
  return isObject(last) && last['role'] === 'assistant' ? [...messages, { role: 'user', content: 'Continue.' }] : messages;
}
