import { draw } from '../outage.ts';
import { countTokens, pieces, type Answer, type Facts, type ScriptedUsage } from '../script.ts';
import type { Made } from './protocol.ts';

/** Decides everything a script left open. */
export function make(answer: Answer, facts: Facts, now: number): Made {
  const chunks = answer.chunks ?? pieces(answer.text ?? '');
  const reasoning = pieces(answer.reasoning ?? '');
  const id = newId(facts);
  const calls = (answer.toolCalls ?? []).map(({ name, args, id: given }, i) => ({
    id: given ?? `${id}${i}`,
    name,
    args: typeof args === 'string' ? args : JSON.stringify(args ?? {}),
  }));
  const spoken = chunks.join('') + calls.map(({ name, args }) => name + args).join('');
  const usage = answer.usage ?? counted(facts, spoken, reasoning.join(''));
  const finish = answer.finish ?? (calls.length > 0 ? 'tool-calls' : 'stop');
  return { id, model: facts.model, now, chunks, reasoning, calls, finish, usage, includeUsage: facts.includeUsage };
}

export const promptTokens = (turns: Facts['turns'], tools: Facts['tools'] = []): number =>
  turns.reduce((sum, { text, calls }) => sum + 4 + countTokens(text) + 12 * calls.length, 3) +
  (tools.length > 0 ? countTokens(JSON.stringify(tools)) : 0);

function counted(facts: Facts, spoken: string, thought: string): ScriptedUsage {
  const reasoning = countTokens(thought);
  return { input: promptTokens(facts.turns, facts.tools), output: countTokens(spoken) + reasoning, ...(reasoning > 0 && { reasoning }) };
}

/**
 * Unique among the answers of one conversation, also when the provider was started anew in its midst: a conversation's tool calls
 * must not meet under one id. Otherwise the same at every rehearsal.
 */
function newId({ provider, model, nth, turns }: Facts): string {
  const word = `${provider}/${model}/${nth}/${turns.length}/${turns.map(({ text }) => text.length).join()}/${turns.at(-1)?.text ?? ''}`;
  const hash = [...word].reduce((sum, char) => (Math.imul(sum, 31) + char.codePointAt(0)!) | 0, 7);
  const letters = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  return Array.from({ length: 16 }, (_, i) => letters[Math.floor(draw(hash, i, turns.length) * letters.length)]!).join('');
}
