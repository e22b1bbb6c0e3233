import type { LanguageModelV4Content as Content, LanguageModelV4StreamPart as Part } from '@ai-sdk/provider';
import { countTokens, pieces, type Answer } from './script.ts';

/** The parts a provider's package would make of an answer: each block opened, filled and closed, then the finish. */
export function partsOf(answer: Answer, model: string, nth: number, now: number): readonly Part[] {
  const calls = callsOf(answer, nth);
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: `${model}-${nth}`, modelId: model, timestamp: new Date(now) },
    ...block('reasoning', pieces(answer.reasoning ?? '')),
    ...block('text', answer.chunks ?? pieces(answer.text ?? '')),
    ...calls.flatMap(call),
    finishOf(answer),
  ];
}

function block(kind: 'text' | 'reasoning', chunks: readonly string[]): readonly Part[] {
  if (chunks.length === 0) return [];
  const id = `${kind}-0`;
  return [
    { type: `${kind}-start`, id },
    ...chunks.map((delta): Part => ({ type: `${kind}-delta`, id, delta })),
    { type: `${kind}-end`, id },
  ];
}

type Call = { readonly id: string; readonly name: string; readonly input: string };

const callsOf = ({ toolCalls = [] }: Answer, nth: number): readonly Call[] =>
  toolCalls.map(({ id, name, args }, i) => ({
    id: id ?? `call_${nth}_${i}`,
    name,
    input: typeof args === 'string' ? args : JSON.stringify(args ?? {}),
  }));

const call = ({ id, name, input }: Call): readonly Part[] => [
  { type: 'tool-input-start', id, toolName: name },
  ...(input.match(/[\s\S]{1,12}/g) ?? []).map((delta): Part => ({ type: 'tool-input-delta', id, delta })),
  { type: 'tool-input-end', id },
  { type: 'tool-call', toolCallId: id, toolName: name, input },
];

const RAW = { stop: 'stop', length: 'length', 'tool-calls': 'tool_calls', 'content-filter': 'content_filter' };

export function finishOf(answer: Answer): Extract<Part, { type: 'finish' }> {
  const finish = answer.finish ?? (answer.toolCalls?.length ? 'tool-calls' : 'stop');
  const text = countTokens((answer.chunks?.join('') ?? answer.text ?? '') + JSON.stringify(answer.toolCalls ?? ''));
  const reasoning = answer.usage?.reasoning ?? countTokens(answer.reasoning ?? '');
  const { input = 10, output = text + reasoning, cached = 0 } = answer.usage ?? {};
  return {
    type: 'finish',
    finishReason: typeof finish === 'string' ? { unified: finish, raw: RAW[finish] } : { unified: 'other', raw: finish.raw },
    usage: {
      inputTokens: { total: input, noCache: input - cached, cacheRead: cached, cacheWrite: 0 },
      outputTokens: { total: output, text: output - reasoning, reasoning },
    },
  };
}

/** What a call without a stream answers: the same parts, put together. */
export function contentOf(parts: readonly Part[]): Content[] {
  const content: Content[] = [];
  for (const part of parts) {
    if (part.type === 'tool-call') content.push(part);
    if (part.type === 'text-start') content.push({ type: 'text', text: '' });
    if (part.type === 'reasoning-start') content.push({ type: 'reasoning', text: '' });
    const last = content.at(-1);
    if ((part.type === 'text-delta' || part.type === 'reasoning-delta') && (last?.type === 'text' || last?.type === 'reasoning'))
      content[content.length - 1] = { ...last, text: last.text + part.delta };
  }
  return content;
}
