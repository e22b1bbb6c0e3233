import { isCallFailure } from '@holdfast/core';
import type { ModelOptions } from '@holdfast/core/engine';
import { secondTarget, texts, type Behaviour, type Facts, type ModelAnswer, type TextName, type Turn } from '@holdfast/lab';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROMPT, scene, tell } from './scene.ts';

/** What a model may do that is asked to go on, and that leaves no doubt about the text. */
const CERTAIN: readonly Behaviour[] = [
  'repeats-anchor',
  'starts-over',
  'preamble',
  'reopened-fence',
  'refuses',
  'starts-over-differently',
  'nothing-to-add',
];

const said = (content: ModelOptions['prompt'][number]['content']): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('');

const turnsOf = ({ prompt }: ModelOptions): readonly Turn[] =>
  prompt.map(({ role, content }) => ({ role, text: said(content), calls: [] }));

/** A model that behaves so, and breaks after so many parts of its first answers. */
const target =
  (text: string, { behaviour, breaks }: { readonly behaviour: Behaviour; readonly breaks: readonly number[] }) =>
  (options: ModelOptions, nth: number): ModelAnswer => {
    const answer = secondTarget(text, behaviour)({ turns: turnsOf(options), tools: [] } as unknown as Facts);
    const afterParts = breaks[nth - 1];
    return { ...answer, ...(afterParts !== undefined && { fails: { fail: 'server', afterParts } }) } as ModelAnswer;
  };

/** The other answer, whole: it may be given where all that was shown is its own beginning. */
const OTHER = secondTarget(
  texts.plain,
  'starts-over-differently',
)({
  turns: [
    { role: 'assistant', text: 'x', calls: [] },
    { role: 'user', text: '⟦x⟧', calls: [] },
  ],
  tools: [],
} as unknown as Facts).text!;

const one = fc
  .record({ behaviour: fc.constantFrom(...CERTAIN), breaks: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }) })
  // Another answer that broke in its turn would be gone on with by models that only know the first.
  .map((how) => (how.behaviour === 'starts-over-differently' ? { ...how, breaks: [] } : how));

it('C5, C6, P9: whatever breaks wherever, the text comes whole and once, or ends in an error that carries what was shown', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(texts) as TextName[])),
      fc.array(one, { minLength: 1, maxLength: 4 }),
      async (name, targets) => {
        const text = texts[name];
        const on = scene(Object.fromEntries(targets.map((how, n) => [`m${n}`, target(text, how)])));
        const told = await on.clock.run(
          on.model.doStream({ prompt: PROMPT }).then(
            ({ stream }) => tell(stream),
            (error: unknown) => ({ error }),
          ),
        );
        expect(on.clock.armed).toBe(0);
        for (const model of Object.values(on.models)) expect(model.open).toBe(0);
        // Nothing was shown: an ordinary failure of everybody.
        if ('error' in told) {
          expect(isCallFailure(told.error) && told.error.salvaged).toBe('');
          return;
        }
        if (told.failure) {
          expect(told.failure.salvaged).toBe(told.text);
          expect(text.startsWith(told.text)).toBe(true);
          expect(told.finish).toBeUndefined();
        } else if (told.text === OTHER) expect(told.finish).toBe('stop');
        else if (told.text !== text) {
          // Two models said that there is nothing to add, where a sentence had ended: they are believed, and it is the only way to end early.
          expect(told.record!.marks).toContain('joint-open');
          expect(targets.filter(({ behaviour }) => behaviour === 'nothing-to-add').length).toBeGreaterThan(1);
          expect(text.startsWith(told.text)).toBe(true);
        } else expect(told.finish).toBe('stop');
      },
    ),
    { numRuns: 400 },
  );
});
