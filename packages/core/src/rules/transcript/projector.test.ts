import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { project, type ProjectionTarget } from './project.ts';
import { Projections } from './projector.ts';
import { wantsOf } from './families.ts';

const HERE: ProjectionTarget = {
  entry: 'east',
  protocol: 'anthropic-messages',
  model: 'm',
  account: 'a',
  wants: wantsOf({ protocol: 'anthropic-messages', model: 'm' }),
};
const THERE: ProjectionTarget = {
  entry: 'west',
  protocol: 'openai-chat',
  model: 'n',
  account: 'b',
  wants: wantsOf({ protocol: 'openai-chat', model: 'n', vendor: 'mistral' }),
};
const from = ({ entry, protocol, model, account }: ProjectionTarget) => ({ holdfast: { origin: { entry, protocol, model, account } } });

function fixed(message: LanguageModelV4Message): LanguageModelV4Message {
  Object.freeze(message.content);
  return Object.freeze(message);
}

const ids = fc.uniqueArray(fc.constantFrom('call_0', 'a', 'b c', 'x'.repeat(80)), { minLength: 1, maxLength: 3 });
const message: fc.Arbitrary<LanguageModelV4Message> = fc.oneof(
  fc.string().map((text): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] })),
  fc.string().map((content): LanguageModelV4Message => ({ role: 'system', content })),
  fc
    .record({ ids, text: fc.string(), target: fc.constantFrom(HERE, THERE), there: fc.boolean() })
    .map(({ ids: own, text, target, there }): LanguageModelV4Message => ({
      role: 'assistant',
      providerOptions: from(target),
      content: [
        { type: 'text', text },
        ...own.map((toolCallId) => ({
          type: 'tool-call' as const,
          toolCallId,
          toolName: 't',
          input: {},
          ...(there && { providerExecuted: true }),
        })),
      ],
    })),
  ids.map((own): LanguageModelV4Message => ({
    role: 'tool',
    content: own.map((toolCallId) => ({
      type: 'tool-result',
      toolCallId,
      toolName: 't',
      output: { type: 'text', value: `of ${toolCallId}` },
    })),
  })),
);

/** Messages in any order, calls open or answered twice, some of them not frozen; asked at some of their lengths. */
const history = fc.record({
  messages: fc.array(fc.record({ message, frozen: fc.integer({ min: 0, max: 9 }).map((n) => n > 0) }), { minLength: 1, maxLength: 14 }),
  cuts: fc.array(fc.nat(14), { minLength: 1, maxLength: 8 }),
});

describe('a projection that grows', () => {
  it('J1: is the projection with every end at which it was asked for before', () =>
    fc.assert(
      fc.property(history, fc.constantFrom(HERE, THERE), ({ messages, cuts }, target) => {
        const talk = messages.map(({ message: one, frozen }) => (frozen ? fixed(one) : one));
        const all: LanguageModelV4Prompt = [{ role: 'user', content: [{ type: 'text', text: 'first' }] }, ...talk];
        const projections = new Projections();
        const ends = new Set<number>();
        for (const cut of cuts) {
          const prompt = all.slice(0, cut + 1);
          const sorted = [...ends].toSorted((a, b) => a - b);
          expect(projections.project(prompt, target).prompt).toEqual(project(prompt, target, sorted));
          ends.add(prompt.length);
        }
      }),
    ));

  it('J1: what is taken over, and what is projected anew behind it, is what one gets who takes nothing over', () =>
    fc.assert(
      fc.property(history, fc.constantFrom(HERE, THERE), fc.array(message, { maxLength: 8 }), ({ messages, cuts }, target, tails) => {
        const first = (): LanguageModelV4Message => fixed({ role: 'user', content: [{ type: 'text', text: 'first' }] });
        const all = [first(), ...messages.map(({ message: one, frozen }) => (frozen ? fixed({ ...one }) : one))];
        const anew = [first(), ...messages.map(({ message: one }) => ({ ...one }))];
        const [growing, never] = [new Projections(), new Projections()];
        for (const [nth, cut] of cuts.entries()) {
          const tail = tails.slice(nth, nth + 1);
          const grown = growing.project([...all.slice(0, cut + 1), ...tail], target);
          expect(grown).toEqual(never.project([...anew.slice(0, cut + 1), ...tail], target));
        }
      }),
      { numRuns: 500 },
    ));

  it('J2: a message that may be changed is read anew', () => {
    const open: LanguageModelV4Message = { role: 'user', content: [{ type: 'text', text: 'one' }] };
    const prompt: LanguageModelV4Prompt = [
      fixed({ role: 'system', content: 's' }),
      open,
      fixed({ role: 'user', content: [{ type: 'text', text: 'x' }] }),
    ];
    const projections = new Projections();
    projections.project(prompt, HERE);
    open.content = [{ type: 'text', text: 'two' }];
    expect(projections.project(prompt, HERE).prompt).toEqual(project(prompt, HERE));
  });

  it('J2: an own copy is handed out', () => {
    const prompt = [fixed({ role: 'system', content: 's' }), fixed({ role: 'user', content: [{ type: 'text', text: ' ' }] })];
    const projections = new Projections();
    projections.project(prompt, HERE).prompt.length = 0;
    expect(projections.project(prompt, HERE).prompt).toEqual(project(prompt, HERE));
  });

  it('J3: what stands before a message that is not frozen is not projected again, and what stands behind it is', () => {
    const call = (id: string) =>
      fixed({
        role: 'assistant',
        providerOptions: from(HERE),
        content: [{ type: 'tool-call', toolCallId: id, toolName: 't', input: {} }],
      });
    const result = (id: string) =>
      fixed({
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: id, toolName: 't', output: { type: 'text', value: `of ${id}` } }],
      });
    const context = (content: string): LanguageModelV4Message => ({ role: 'system', content });
    const talk = [fixed({ role: 'user', content: [{ type: 'text', text: 'q' }] })];
    const projections = new Projections();
    let before = projections.project([...talk, context('at first')], THERE).prompt;
    for (const id of ['a', 'b', 'c']) {
      talk.push(call(id), result(id));
      const now = projections.project([...talk, context(`before ${id}`)], THERE).prompt;
      expect(now).toEqual(project([...talk, context(`before ${id}`)], THERE));
      const kept = talk.length - 2;
      expect(now.slice(0, kept)).toHaveLength(kept);
      expect(now.slice(0, kept).every((one, at) => one === before[at])).toBe(true);
      before = now;
    }
    // The result of `d` is not there yet: it may come with the next prompt.
    talk.push(call('d'));
    const open = projections.project([...talk, context('d is open')], THERE).prompt;
    expect(open).toEqual(project([...talk, context('d is open')], THERE));
  });

  it('what was projected is not projected again', () => {
    const start = [fixed({ role: 'system', content: 's' }), fixed({ role: 'user', content: [{ type: 'text', text: 'q' }] })];
    const call = fixed({ role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'a', toolName: 't', input: {} }] });
    const result = fixed({
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 'a', toolName: 't', output: { type: 'text', value: 'r' } }],
    });
    const projections = new Projections();
    const first = projections.project([...start, call, result], THERE).prompt;
    const more = fixed({ role: 'user', content: [{ type: 'text', text: 'more' }] });
    const second = projections.project([...start, call, result, more], THERE).prompt;
    expect(second.slice(0, first.length).every((one, at) => one === first[at])).toBe(true);
  });
});
