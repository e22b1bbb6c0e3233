import { isObject, responsesProtocol, type ClientError, type EncoderStart, type WireFrame, type WirePart } from '@holdfast/core/wire';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { ANSWERS, answer, call, reasoning, search, text } from '../../core/test/responses-shapes.ts';

const start: EncoderStart = {
  id: 'resp_ours',
  model: 'smart',
  created: 1_700_000_000,
  body: { model: 'smart', input: 'hi', store: false },
};

/** What OpenAI's own client makes of a stream: it throws on whatever is not well-formed. */
async function accumulated(sse: string) {
  const fetch = async (): Promise<Response> => new Response(sse, { headers: { 'content-type': 'text/event-stream' } });
  const client = new OpenAI({ apiKey: 'none', baseURL: 'http://localhost/v1', fetch, maxRetries: 0 });
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  const stream = client.responses.stream({ model: 'smart', input: 'hi' });
  stream.on('event', (event) => void events.push(event));
  return { response: await stream.finalResponse(), events };
}

function lifted(frames: readonly WireFrame[], attempt: number): WirePart[] {
  const lift = responsesProtocol.lift(attempt);
  return [...frames.flatMap((one) => lift.take(one)), ...lift.finish()];
}

/** What the chain hands on of an attempt that breaks behind `parts`: pieces of a call that is not complete are none (C7). */
function handedOn(parts: readonly WirePart[]): readonly WirePart[] {
  const begun = parts.findLastIndex(({ type }) => type === 'tool-input-start');
  return begun >= 0 && !parts.slice(begun).some(({ type }) => type === 'tool-call') ? parts.slice(0, begun) : parts;
}

const openBlock = (parts: readonly WirePart[], kind: 'text' | 'reasoning'): string | undefined => {
  const last = parts.findLast(({ type }) => type === `${kind}-start` || type === `${kind}-end`);
  return last?.type === `${kind}-start` ? (last as { id: string }).id : undefined;
};

const CUT = { holdfast: { cut: true } };
const END: WirePart = {
  type: 'finish',
  finishReason: { unified: 'tool-calls', raw: undefined },
  usage: {
    inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: undefined },
    outputTokens: { total: 4, text: 4, reasoning: undefined },
  },
};

const SECOND = [reasoning('rs_b', [['again']], 'gAAAAABother'), text('msg_b', ['and', ' on']), call(9, 'look', ['{"at":', '"z"}'])];

/** The second attempt's parts, as the chain renames them; its first text goes on in the block that is open. */
function second(goesOn: string | undefined, isSame: boolean): readonly WirePart[] {
  return lifted(answer(SECOND, { id: 'resp_other' }), 2).flatMap((part) => {
    const { wire: _, ...own } = part;
    const kept = (isSame ? part : own) as WirePart;
    if (goesOn === undefined || !('id' in kept) || !kept.type.startsWith('text-')) return [kept];
    return kept.type === 'text-start' ? [] : [{ ...kept, id: goesOn } as WirePart];
  });
}

interface Way {
  readonly goesOn: boolean;
  readonly isSame: boolean;
}

function takenOver(parts: readonly WirePart[], at: number, { goesOn, isSame }: Way): readonly WirePart[] {
  const shown = handedOn(parts.slice(0, at));
  const thinking = openBlock(shown, 'reasoning');
  const writing = openBlock(shown, 'text');
  const closing: WirePart[] = [
    ...(thinking === undefined ? [] : [{ type: 'reasoning-end', id: thinking, providerMetadata: CUT } as const]),
    ...(writing === undefined || goesOn ? [] : [{ type: 'text-end', id: writing } as const]),
  ];
  if (shown.some((part) => part.type === 'tool-call' && !part.providerExecuted)) return [...shown, ...closing, END];
  return [...shown, ...closing, ...second(goesOn ? writing : undefined, isSame)];
}

const encoded = (parts: readonly WirePart[]): string => {
  const encoder = responsesProtocol.encoder(start);
  return parts.map((part) => encoder.part(part)).join('');
};

type Output = readonly OpenAI.Responses.ResponseOutputItem[];

const texts = (output: Output): string[] =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'refusal' ? part.refusal : part.text))
    .filter((words) => words !== '');

const isSearching = (parts: readonly WirePart[]): boolean =>
  parts.some((part) => part.type === 'tool-call' && part.providerExecuted) && !parts.some(({ type }) => type === 'tool-result');

/** The texts of an answer, block by block: what goes on in a block goes on in its place. */
function blocksOf(parts: readonly WirePart[]): string[] {
  const blocks = new Map<string, string>();
  for (const part of parts) if (part.type === 'text-delta') blocks.set(part.id, (blocks.get(part.id) ?? '') + part.delta);
  return [...blocks.values()];
}

const thoughtsOf = (output: Output): string =>
  output.flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text: words }) => words) : [])).join('');

/** Between two summaries stands an empty line, which is a part of neither where the provider says so itself. */
const reasoningOf = (parts: readonly WirePart[]): string =>
  parts.map((part) => (part.type === 'reasoning-delta' ? part.delta.trim() : '')).join('');

/** How many items are open at the same time at most. */
function openAtOnce(events: readonly OpenAI.Responses.ResponseStreamEvent[]): number {
  let [open, most] = [0, 0];
  for (const { type } of events) {
    open += type === 'response.output_item.added' ? 1 : type === 'response.output_item.done' ? -1 : 0;
    most = Math.max(most, open);
  }
  return most;
}

const known = Object.entries(ANSWERS).filter(([name]) => name !== 'unknown');
const mixed = answer([reasoning('rs_1', [['a', 'b'], ['c']]), search('ws_1'), text('msg_1', ['Otters', ' swim']), text('msg_2', ['.'])]);

describe('Responses, read by the openai package', () => {
  it.each(known)('%s goes through', async (_, frames) => {
    const { response } = await accumulated(encoded(lifted(frames, 1)));
    expect(response.output.map(({ type }) => type)).toEqual(
      (frames.at(-1)!.json['response'] as never as typeof response).output.map(({ type }) => type),
    );
  });

  const ways: readonly Way[] = [
    { goesOn: true, isSame: true },
    { goesOn: true, isSame: false },
    { goesOn: false, isSame: true },
    { goesOn: false, isSame: false },
  ];
  it.each([...known, ['mixed', mixed] as const])('R4: %s, taken over at every part, is one well-formed response', async (_, frames) => {
    const parts = lifted(frames, 1);
    for (const way of ways)
      for (let at = 1; at < parts.length; at++) {
        const all = takenOver(parts, at, way);
        const { response, events } = await accumulated(encoded(all));
        expect(events.map((one) => one.sequence_number)).toEqual(events.map((_one, n) => n));
        expect(response).toMatchObject({ id: 'resp_0a1b', status: 'completed' });
        expect(texts(response.output)).toEqual(blocksOf(all));
        expect(thoughtsOf(response.output)).toBe(reasoningOf(all));
        // What the second attempt thought stands beside the text that waits for it; a search that was cut stays open to the end.
        if (!way.goesOn && !isSearching(all)) expect(openAtOnce(events)).toBe(1);
        expect(response.output.some((item) => 'status' in item && item.status === 'in_progress')).toBe(false);
        expect(events.filter(({ type }) => type === 'response.output_item.added')).toHaveLength(response.output.length);
        expect(events.filter(({ type }) => type === 'response.output_item.done')).toHaveLength(response.output.length);
        expect(new Set(response.output.map((item) => item.id)).size).toBe(response.output.length);
      }
  });

  it('T3: a thought that was cut is marked, and the next one keeps what it was encrypted to', async () => {
    const parts = lifted(ANSWERS['reasoning']!, 1);
    const { response } = await accumulated(encoded(takenOver(parts, 6, { goesOn: true, isSame: true })));
    const thoughts = response.output.flatMap((item) => (item.type === 'reasoning' ? [item.encrypted_content] : []));
    expect(thoughts).toEqual(['hf1.cut', 'gAAAAABother']);
  });

  it('C8: a failure at every part ends with response.failed, which the client reads as one', async () => {
    const error: ClientError = { status: 503, class: 'server', message: 'Nobody could go on.' };
    const parts = lifted(mixed, 1);
    for (let at = 0; at < parts.length; at++) {
      const encoder = responsesProtocol.encoder(start);
      const sse =
        handedOn(parts.slice(0, at))
          .map((part) => encoder.part(part))
          .join('') + encoder.failure(error);
      expect(encoder.part(parts.at(-1)!)).toBe('');
      const { response } = await accumulated(sse);
      expect(response).toMatchObject({ status: 'failed', error: { code: 'server_error', message: 'Nobody could go on.' } });
      expect(isObject(encoder.whole?.())).toBe(true);
    }
  });

  it('keep-alives at every place disturb nothing', async () => {
    const encoder = responsesProtocol.encoder(start);
    const sse = lifted(mixed, 1).map((part) => encoder.keepAlive(true) + encoder.keepAlive(false) + encoder.part(part));
    const { response } = await accumulated(sse.join(''));
    expect(response.output_text).toBe('Otters swim.');
  });
});
