import type { ModelOptions, Part } from '@holdfast/core/engine';
import type { ModelAnswer } from '@holdfast/lab';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROMPT, scene } from './scene.ts';

/** Pieces that are hard to cut: half characters, marks, white space, fences. */
const SAMPLE =
  'The |quick |brown |fox| jumps|.|\n\n|  - |over| the| lazy| dog| end|;|\n|`|\t| 12|34 |Z|\r\n|\u0301| wave \ud83d|\udc4b| |fam \u{1F468}\u200d|\u{1F469}| नमस्ते| है|ไทย|e\u0301|\u200d|\ufe0f'.split(
    '|',
  );
const FIRST = 'Unique beginning here: ';

const anchorIn = ({ prompt }: ModelOptions): string | undefined => /⟦([\s\S]*)⟧/.exec(JSON.stringify(prompt.at(-1)?.content ?? ''))?.[1];

/** The parts of a text in blocks, with reasoning, raw parts and pings between them, as `seed` says. */
function partsOf(pieces: readonly string[], seed: readonly number[], sameId: boolean): readonly Part[] {
  const out: Part[] = [{ type: 'stream-start', warnings: [] }];
  let [blocks, thoughts] = [0, 0];
  let open: string | undefined;
  const close = (): void => {
    if (open !== undefined) out.push({ type: 'text-end', id: open });
    open = undefined;
  };
  for (const [n, delta] of pieces.entries()) {
    const s = seed[n % seed.length]!;
    if (s % 7 === 0 || s % 10 === 0) close();
    if (s % 5 === 0) {
      const id = `${thoughts++}`;
      out.push({ type: 'reasoning-start', id }, { type: 'reasoning-delta', id, delta: 'hm' }, { type: 'reasoning-end', id });
    }
    if (s % 11 === 0) out.push({ type: 'raw', rawValue: {} });
    if (s % 13 === 0) out.push({ type: 'ping' });
    if (s % 17 === 0)
      out.push({ type: 'tool-input-start', id: `c${n}`, toolName: 't' }, { type: 'tool-input-delta', id: `c${n}`, delta: '{' });
    if (open === undefined) out.push({ type: 'text-start', id: (open = sameId ? '0' : `${blocks++}`) });
    out.push({ type: 'text-delta', id: open, delta });
  }
  close();
  const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
  const usage = { inputTokens: none, outputTokens: { total: 9, text: 9, reasoning: 0 } };
  out.push({ type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage });
  return out;
}

/** Blocks open and close once; at a finish none is open. */
function wellFormed(parts: readonly Part[]): void {
  const open = new Set<string>();
  for (const part of parts) {
    const [, kind, edge] = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(part.type) ?? [];
    if (kind === undefined || !('id' in part)) continue;
    const block = `${kind} ${part.id}`;
    expect([part.type, block, open.has(block)]).toEqual([part.type, block, edge !== 'start']);
    if (edge === 'start') open.add(block);
    if (edge === 'end') open.delete(block);
  }
  if (parts.at(-1)?.type === 'finish') expect([...open].filter((block) => !block.startsWith('tool-input'))).toEqual([]);
}

const cut = (text: string, sizes: readonly number[]): readonly string[] => {
  const out: string[] = [];
  for (let at = 0, n = 0; at < text.length; at += sizes[n++ % sizes.length]!) out.push(text.slice(at, at + sizes[n % sizes.length]!));
  return out;
};

const seeds = fc.array(fc.nat(1000), { minLength: 1, maxLength: 17 });

it('C5, C6: any blocks, cut anywhere, twice: the text once, every block well formed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...SAMPLE), { minLength: 6, maxLength: 60 }),
      fc.tuple(seeds, seeds),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 1 }),
      fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 60 })),
      fc.record({ sameId: fc.boolean(), startsOver: fc.boolean() }),
      async (pieces, [first, second], sizes, [one, two], { sameId, startsOver }) => {
        const text = FIRST + pieces.join('');
        const broken = (parts: readonly Part[], at?: number): ModelAnswer =>
          at === undefined ? { parts } : { parts, fails: { fail: 'server', afterParts: Math.min(at, parts.length - 1) } };
        const goesOn = (options: ModelOptions, seed: readonly number[], at?: number): ModelAnswer => {
          const anchor = anchorIn(options);
          const from = anchor === undefined || startsOver ? 0 : Math.max(0, text.lastIndexOf(JSON.parse(`"${anchor}"`) as string));
          return broken(partsOf(cut(text.slice(from), sizes), seed, sameId), at);
        };
        const on = scene(
          {
            a: broken(partsOf([FIRST, ...pieces], first, sameId), one),
            b: (options) => goesOn(options, second, two),
            c: (options) => goesOn(options, first),
          },
          { retries: 0 },
        );
        const parts: Part[] = [];
        await on.clock.run(
          on.model.doStream({ prompt: PROMPT, tools: [{ type: 'function', name: 't', inputSchema: {} }] }).then(async ({ stream }) => {
            for await (const part of stream) parts.push(part);
          }),
        );
        expect(on.clock.armed).toBe(0);
        for (const model of Object.values(on.models)) expect(model.open).toBe(0);
        wellFormed(parts);
        const said = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
        if (parts.at(-1)?.type === 'finish') expect(said).toBe(text);
        else expect(text.startsWith(said)).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});
