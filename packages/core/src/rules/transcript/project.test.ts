import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../target.ts';
import { digest } from './digest.ts';
import { NOT_EXECUTED, project, type ProjectionTarget } from './project.ts';
import { mayThink } from './thinking.ts';
import { projectToolId, type ToolIdRule } from './tool-ids.ts';
import { wantsOf } from './families.ts';

const targetOf = (protocol: Protocol, model: string, account: string, vendor?: string): ProjectionTarget => ({
  entry: vendor ?? protocol,
  protocol,
  model,
  account,
  wants: wantsOf({ protocol, model, ...(vendor && { vendor }) }),
});
const CLAUDE = targetOf('anthropic-messages', 'claude', 'a');
const GPT = targetOf('openai-responses', 'gpt', 'o');
const GEMINI = targetOf('google', 'gemini-3-pro', 'g');
const MISTRAL = targetOf('openai-chat', 'm', 'm', 'mistral');
const TARGETS = [CLAUDE, GPT, GEMINI, MISTRAL];

const from = ({ entry, protocol, model, account }: ProjectionTarget) => ({ holdfast: { origin: { entry, protocol, model, account } } });
const says = (text: string): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] });
const calls = (...ids: string[]): LanguageModelV4Message => ({
  role: 'assistant',
  content: ids.map((toolCallId) => ({ type: 'tool-call' as const, toolCallId, toolName: 't', input: {} })),
});
const result = (...ids: string[]): LanguageModelV4Message => ({
  role: 'tool',
  content: ids.map((toolCallId) => ({
    type: 'tool-result' as const,
    toolCallId,
    toolName: 't',
    output: { type: 'text' as const, value: `of ${toolCallId}` },
  })),
});
/** Every tool-call id and the outcome it got, in the order of the prompt. */
const outcomes = (prompt: LanguageModelV4Prompt) =>
  prompt.flatMap((message) =>
    message.role === 'tool'
      ? message.content.map((part) => (part.type === 'tool-result' && 'value' in part.output ? [part.toolCallId, part.output.value] : []))
      : [],
  );

const thought = (target: ProjectionTarget): LanguageModelV4Message => ({
  role: 'assistant',
  providerOptions: from(target),
  content: [
    { type: 'reasoning', text: 'hm', providerOptions: { anthropic: { signature: 'sig' } } },
    { type: 'text', text: 'Looking.  ', providerOptions: { openai: { itemId: 'msg_1' } } },
    { type: 'tool-call', toolCallId: 'c1', toolName: 't', input: { a: 1 }, providerOptions: { google: { thoughtSignature: 'ts' } } },
  ],
});

describe('T1: origin', () => {
  it('what came from here goes back as it was, without what is ours; of what nobody knows, without what another vendor would read', () => {
    expect(project([says('q'), thought(CLAUDE), result('c1')], CLAUDE)).toEqual([
      says('q'),
      { role: 'assistant', content: (thought(CLAUDE) as { content: unknown }).content },
      result('c1'),
    ]);
    const { providerOptions: _, ...unknown } = thought(CLAUDE);
    expect(project([says('q'), unknown, result('c1')], CLAUDE)[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm', providerOptions: { anthropic: { signature: 'sig' } } },
        { type: 'text', text: 'Looking.  ' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 't', input: { a: 1 } },
      ],
    });
  });

  it.each<[string, ProjectionTarget]>([
    ['another provider', GPT],
    ['another model', { ...CLAUDE, model: 'claude-2' }],
    ['another account', { ...CLAUDE, account: 'b' }],
    ['another entry of the same vendor', { ...CLAUDE, entry: 'work' }],
  ])('reasoning and signatures do not go to %s', (_, target) => {
    expect(project([says('q'), thought(CLAUDE), result('c1')], target)[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'text', text: 'Looking.  ' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 't', input: { a: 1 } },
      ].map((part) => ({ ...part })),
    });
  });

  it('an origin on a part outranks that of its message; without any a part counts as native', () => {
    const mixed: LanguageModelV4Message = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'theirs', providerOptions: from(GPT) },
        { type: 'reasoning', text: 'unknown', providerOptions: { anthropic: { signature: 's' } } },
        { type: 'text', text: 'hi' },
      ],
    };
    expect(project([says('q'), mixed], CLAUDE)[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'unknown', providerOptions: { anthropic: { signature: 's' } } },
        { type: 'text', text: 'hi' },
      ],
    });
  });

  it.each(['', 'hf1.cut'])('reasoning signed with %j is not sent back', (signature) => {
    const cut: LanguageModelV4Message = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'x', providerOptions: { anthropic: { signature } } },
        { type: 'text', text: 'hi' },
      ],
    };
    expect(project([says('q'), cut], CLAUDE)[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'hi' }] });
  });

  it('Gemini 3 gets the sentinel on the first of foreign calls, and keeps its own signatures', () => {
    const foreign = { ...calls('a', 'b'), providerOptions: from(GPT) };
    const sent = project([says('q'), foreign, result('a', 'b')], GEMINI)[1];
    expect(sent?.content).toMatchObject([{ providerOptions: { google: { thoughtSignature: 'skip_thought_signature_validator' } } }, {}]);
    expect(JSON.stringify(sent).match(/skip_/g)).toHaveLength(1);
    expect(JSON.stringify(project([says('q'), thought(GEMINI), result('c1')], GEMINI))).toContain('"thoughtSignature":"ts"');
  });

  it('nothing of ours is left, wherever it stood', () => {
    const ours = { providerOptions: { holdfast: { x: 1 } } };
    const prompt = [says('q'), thought(GPT), result('c1')].map(
      (message) => ({ ...message, ...(message.role === 'assistant' ? {} : ours) }) as LanguageModelV4Message,
    );
    const user: LanguageModelV4Message = { role: 'user', content: [{ type: 'text', text: 'x', ...ours }], ...ours };
    for (const target of TARGETS)
      expect(JSON.stringify(project([{ role: 'system', content: 's', ...ours }, ...prompt, user], target))).not.toContain('holdfast');
  });

  it("another provider's own tools go on as text", () => {
    const ran: LanguageModelV4Message = {
      role: 'assistant',
      providerOptions: from(GPT),
      content: [
        { type: 'tool-call', toolCallId: 'w', toolName: 'web_search', input: {}, providerExecuted: true },
        { type: 'tool-result', toolCallId: 'w', toolName: 'web_search', output: { type: 'json', value: { hit: 'x' } } },
      ],
    };
    expect(project([says('q'), ran], CLAUDE)[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: '[result of web_search: {"hit":"x"}]' }],
    });
    expect(project([says('q'), ran], GPT)[1]?.content).toEqual(ran.content);
  });
});

describe('T1: calls and results', () => {
  it('an orphan gets an error result, in the middle and at the very end', () => {
    expect(outcomes(project([says('q'), calls('a', 'b'), result('b'), says('go on'), calls('c')], GPT))).toEqual([
      ['a', NOT_EXECUTED],
      ['b', 'of b'],
      ['c', NOT_EXECUTED],
    ]);
  });

  it('a result stands next to its call; one without a call is dropped; a second for one call is dropped', () => {
    const sent = project([says('q'), result('x'), calls('a'), says('hm'), result('a'), result('a')], GPT);
    expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'user']);
    expect(outcomes(sent)).toEqual([['a', 'of a']]);
  });

  it('ids that start anew every turn are told apart, each with its own result', () => {
    const prompt: LanguageModelV4Prompt = [
      says('q'),
      calls('call_0'),
      result('call_0'),
      calls('call_0'),
      result('call_0'),
      calls('call_0'),
    ];
    for (const target of TARGETS) {
      const got = outcomes(project(prompt, target));
      expect(got.map(([, value]) => value)).toEqual(['of call_0', 'of call_0', NOT_EXECUTED]);
      expect(new Set(got.map(([id]) => id)).size).toBe(3);
    }
  });

  const RULES: Readonly<Record<ToolIdRule, RegExp>> = {
    anthropic: /^[a-zA-Z0-9_-]{1,64}$/,
    'openai-chat': /^[\x21-\x7e]{1,40}$/,
    'openai-responses': /^.{0,63}[^_]$/,
    mistral: /^[a-zA-Z0-9]{9}$/,
    any: /^[^]+$/,
    plain: /^[a-zA-Z0-9]{9}$/,
  };

  it.each(Object.keys(RULES) as ToolIdRule[])('ids for %s keep its rule, differ where they differed, and what fits stays', (rule) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.oneof(fc.string(), fc.string({ minLength: 41, maxLength: 90 }), fc.constantFrom('', 'a_', 'call_1', 'abcdefghi')),
          { maxLength: 30 },
        ),
        (ids) => {
          const sent = ids.map((id) => projectToolId(id, 0, rule));
          for (const id of sent) expect(id).toMatch(RULES[rule]);
          expect(new Set(sent).size).toBe(ids.length);
        },
      ),
    );
    if (rule !== 'plain') expect(projectToolId('abcdefghi', 0, rule)).toBe('abcdefghi');
  });

  it('an id goes back unchanged to the target that made it', () => {
    const made = { ...calls('functions.look:0'), providerOptions: from(CLAUDE) } as LanguageModelV4Message;
    expect(outcomes(project([says('q'), made, result('functions.look:0')], CLAUDE))).toEqual([['functions.look:0', 'of functions.look:0']]);
    expect(outcomes(project([says('q'), made, result('functions.look:0')], { ...CLAUDE, entry: 'w' }))[0]?.[0]).toMatch(/^hf_/);
  });

  it('results of tools that the provider runs, and approvals, stay where they are', () => {
    const asked: LanguageModelV4Message = {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: 'm', toolName: 'mcp', input: {}, providerExecuted: true }],
    };
    const answered: LanguageModelV4Message = {
      role: 'tool',
      content: [{ type: 'tool-approval-response', approvalId: 'x', approved: true }, ...(result('m').content as [])],
    };
    expect(project([says('q'), asked, answered], CLAUDE)).toEqual([says('q'), asked, answered]);
  });

  it('long ids with one beginning stay apart: hashed, not cut', () => {
    const long = 'x'.repeat(100);
    expect(projectToolId(`${long}a`, 0, 'anthropic')).not.toBe(projectToolId(`${long}b`, 0, 'anthropic'));
    expect(new Set(Array.from({ length: 20_000 }, (_, i) => digest(`call_${i}`, 9))).size).toBe(20_000);
  });
});

describe('T1: nothing empty', () => {
  it('empty text goes; a user turn keeps a word; an assistant turn of nothing goes', () => {
    const sent = project(
      [
        says(' '),
        { role: 'assistant', content: [{ type: 'text', text: '\n' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'hi \n' }] },
      ],
      CLAUDE,
    );
    expect(sent).toEqual([says('(empty)'), { role: 'assistant', content: [{ type: 'text', text: 'hi' }] }, says('(go on)')]);
  });

  it('a later system message goes on as marked user text where only the first may be one', () => {
    const prompt: LanguageModelV4Prompt = [{ role: 'system', content: 'a' }, says('q'), { role: 'system', content: 'b' }];
    expect(project(prompt, GPT)).toEqual(prompt);
    expect(project(prompt, CLAUDE)[2]).toEqual(says('<system>\nb\n</system>'));
  });
});

/** Whole steps: what is asked at the end of any of them has no open call. */
const step: fc.Arbitrary<LanguageModelV4Message[]> = fc.oneof(
  fc.string().map((text) => [says(text)]),
  fc.string().map((content): LanguageModelV4Message[] => [{ role: 'system', content }]),
  fc.record({ text: fc.string(), target: fc.constantFrom(...TARGETS) }).map(({ text, target }): LanguageModelV4Message[] => [
    {
      role: 'assistant',
      providerOptions: from(target),
      content: [
        { type: 'reasoning', text, providerOptions: { anthropic: { signature: 's' } } },
        { type: 'text', text },
      ],
    },
  ]),
  fc
    .record({
      ids: fc.uniqueArray(fc.constantFrom('call_0', 'a', 'b c', 'x'.repeat(80)), { minLength: 1 }),
      target: fc.constantFrom(...TARGETS),
      answered: fc.boolean(),
    })
    .map(({ ids, target, answered }) => {
      const asked = { ...calls(...ids), providerOptions: from(target) } as LanguageModelV4Message;
      // Never answered: the next message is one of somebody else.
      return answered ? [asked, result(...ids)] : [asked, says('stopped')];
    }),
);

it('T2: project(h + m) begins, byte for byte, with project(h)', () =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), fc.array(step, { maxLength: 6 }), fc.constantFrom(...TARGETS), (h, m, target) => {
      const before = project(h.flat(), target);
      const after = project([...h.flat(), ...m.flat()], target, [h.flat().length]);
      expect(JSON.stringify(after.slice(0, before.length))).toBe(JSON.stringify(before));
    }),
  ));

it('a projection leaves its input alone', () =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), fc.constantFrom(...TARGETS), (steps, target) => {
      const prompt = steps.flat();
      const copy = structuredClone(prompt);
      project(prompt, target);
      expect(prompt).toEqual(copy);
    }),
  ));

it('thinking stays off in a turn that another model began with a call', () => {
  const native: LanguageModelV4Message = {
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'x' },
      { type: 'tool-call', toolCallId: 'a', toolName: 't', input: {} },
    ],
  };
  expect(mayThink([says('q')])).toBe(true);
  expect(mayThink([says('q'), native, result('a')])).toBe(true);
  expect(mayThink([says('q'), calls('a'), result('a')])).toBe(false);
  expect(mayThink([says('q'), calls('a'), result('a'), says('next')])).toBe(true);
});
