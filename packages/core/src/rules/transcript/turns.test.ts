import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../target.ts';
import { wantsOf } from './families.ts';
import type { ProjectionTarget } from './origin.ts';
import { NOT_EXECUTED, project } from './project.ts';
import { Projections } from './projector.ts';
import { wantsAfter } from './repairs.ts';
import { wirePlace } from './wire-place.ts';

const at = (protocol: Protocol, model: string, more: { vendor?: string; images?: boolean } = {}): ProjectionTarget => ({
  entry: protocol,
  protocol,
  model,
  account: 'a',
  wants: wantsOf({ protocol, model, ...more }),
});
const CLAUDE = at('anthropic-messages', 'claude-opus-5-5');
const OLD = at('anthropic-messages', 'claude-sonnet-4-5');
const GEMINI = at('google', 'gemini-2.5-pro');
const MISTRAL = at('openai-chat', 'mistral-large-2512');
const CHAT = at('openai-chat', 'llama');
const after = (target: ProjectionTarget, ...repairs: string[]): ProjectionTarget => ({
  ...target,
  wants: wantsAfter(target.wants, repairs),
});

const says = (text: string): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] });
const answers = (text: string): LanguageModelV4Message => ({ role: 'assistant', content: [{ type: 'text', text }] });
const calls = (...ids: string[]): LanguageModelV4Message => ({
  role: 'assistant',
  content: ids.map((toolCallId) => ({ type: 'tool-call' as const, toolCallId, toolName: 't', input: {} })),
});
type Output = Extract<Extract<LanguageModelV4Message, { role: 'tool' }>['content'][number], { type: 'tool-result' }>['output'];
const results = (output: Output, ...ids: string[]): LanguageModelV4Message => ({
  role: 'tool',
  content: ids.map((toolCallId) => ({ type: 'tool-result' as const, toolCallId, toolName: 't', output })),
});
const result = (...ids: string[]): LanguageModelV4Message => results({ type: 'text', value: 'r' }, ...ids);

/** Who speaks, and what of it can be read. */
const read = (prompt: LanguageModelV4Prompt): string[] =>
  prompt.map(({ role, content }) =>
    typeof content === 'string'
      ? `${role}: ${content}`
      : `${role}: ${content
          .map((part) => {
            if (part.type === 'text' || part.type === 'reasoning') return part.text;
            if (part.type === 'tool-call') return `call ${part.toolCallId}`;
            if (part.type === 'tool-result')
              return 'value' in part.output && typeof part.output.value === 'string' ? part.output.value : part.output.type;
            return part.type;
          })
          .join(' | ')}`,
  );

describe('C8, C9: who speaks after whom', () => {
  it.each<[string, ProjectionTarget, LanguageModelV4Prompt, string[]]>([
    ['the assistant first', CLAUDE, [answers('a'), says('q')], ['user: (go on)', 'assistant: a', 'user: q']],
    ['the user twice', GEMINI, [says('a'), says('b')], ['user: a', 'assistant: (no reply)', 'user: b']],
    [
      'the assistant twice',
      GEMINI,
      [says('a'), answers('b'), answers('c'), says('d')],
      ['user: a', 'assistant: b', 'user: (go on)', 'assistant: c', 'user: d'],
    ],
    [
      'the user after a tool, in a strict template',
      MISTRAL,
      [says('a'), calls('abcdefghi'), result('abcdefghi'), says('b')],
      ['user: a', 'assistant: call abcdefghi', 'tool: r', 'assistant: (no reply)', 'user: b'],
    ],
    ['the assistant last', CLAUDE, [says('a'), answers('b')], ['user: a', 'assistant: b', 'user: (go on)']],
    ['the assistant last, where it may be', OLD, [says('a'), answers('b')], ['user: a', 'assistant: b']],
    ['whoever wants, where nobody minds', CHAT, [says('a'), says('b'), answers('c')], ['user: a', 'user: b', 'assistant: c']],
  ])('%s', (_name, target, prompt, expected) => {
    expect(read(project(prompt, target))).toEqual(expected);
  });

  it('C6: nothing is put behind a turn that is to be gone on with', () => {
    const begun: LanguageModelV4Message = { ...answers('a'), providerOptions: { holdfast: { prefill: true } } };
    expect(project([says('q'), begun], CLAUDE)).toEqual([says('q'), answers('a')]);
  });
});

describe('T2: what was decided stays decided', () => {
  it('a call that was sent as not executed stays so; its result is told when it comes', () => {
    const history = [says('q'), calls('a'), result('a'), says('more')];
    const sent = project(history.slice(0, 2), CLAUDE);
    expect(read(sent)).toEqual(['user: q', 'assistant: call a', `tool: ${NOT_EXECUTED}`]);
    expect(read(project(history, CLAUDE, [2]))).toEqual([...read(sent), 'user: [late result of t: r]', 'user: more']);
    // Nobody saw the shorter one: the result has its place.
    expect(read(project(history, CLAUDE))).toEqual(['user: q', 'assistant: call a', 'tool: r', 'user: more']);
  });

  it('so does a word behind the assistant’s last turn, for messages that are other objects each time', () => {
    const projections = new Projections();
    const history = [says('q'), answers('a'), says('b'), answers('c'), says('d')];
    const ask = (length: number) => read(projections.project(structuredClone(history.slice(0, length)), CLAUDE).prompt);
    expect(ask(2)).toEqual(['user: q', 'assistant: a', 'user: (go on)']);
    expect(ask(5)).toEqual(['user: q', 'assistant: a', 'user: (go on)', 'user: b', 'assistant: c', 'user: d']);
    // Another conversation that begins alike has nothing of it.
    expect(read(projections.project([says('q'), answers('other'), says('b')], CLAUDE).prompt)).toEqual([
      'user: q',
      'assistant: other',
      'user: b',
    ]);
    expect(read(projections.project(structuredClone(history), { ...CLAUDE, account: 'b' }).prompt)).toHaveLength(5);
  });

  it('a call cut in half is none, and neither is its result', () => {
    const half: LanguageModelV4Message = {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: 'a', toolName: 't', input: '{"x":' }],
    };
    expect(read(project([says('q'), half, says('go on')], CHAT))).toEqual(['user: q', 'user: go on']);
    expect(read(project([says('q'), half, says('go on'), result('a')], CHAT, [3]))).toEqual(['user: q', 'user: go on']);
  });

  it('T3: signatures that were refused are left out from there on, and for good', () => {
    const signed = (text: string): LanguageModelV4Message => ({
      role: 'assistant',
      content: [
        { type: 'reasoning', text, providerOptions: { anthropic: { signature: `signature of ${text}` } } },
        ...(answers('x').content as []),
      ],
    });
    const history = [says('1'), signed('a'), says('2'), signed('b'), says('3'), signed('c'), says('4')];
    const projections = new Projections();
    const first = projections.project(history.slice(0, 5), CLAUDE);
    // The vendor counts without what was lifted out of the messages.
    projections.refuse(history.slice(0, 5), CLAUDE, [wirePlace(first, 3, 'anthropic-messages'), 5]);
    expect(read(projections.project(history, CLAUDE).prompt)).toEqual([
      'user: 1',
      'assistant: a | x',
      'user: 2',
      'assistant: x',
      'user: 3',
      'assistant: c | x',
      'user: 4',
    ]);
  });
});

const PNG = { type: 'file' as const, mediaType: 'image/png', data: { type: 'data' as const, data: 'AAAA' } };

describe('C10: files', () => {
  const shown = results({ type: 'content', value: [{ type: 'text', text: 'see' }, PNG] }, 'a');

  it('stay in a result where they may, and else follow it', () => {
    expect(project([says('q'), calls('a'), shown], CLAUDE)[2]).toEqual(shown);
    const sent = project([says('q'), calls('a'), shown], CHAT);
    expect(read(sent)).toEqual([
      'user: q',
      'assistant: call a',
      'tool: see\n[image/png: see the next message]',
      'user: [files from the turn above] | file',
    ]);
  });

  it('are a word where they are not taken, and text where they are text', () => {
    const blind = at('openai-chat', 'm', { images: false });
    const user: LanguageModelV4Message = {
      role: 'user',
      content: [PNG, { type: 'file', mediaType: 'text/csv', filename: 'a.csv', data: { type: 'data', data: btoa('a,b') } }],
    };
    expect(read(project([user], blind))).toEqual(['user: [image left out, this model does not take it: image/png] | [a.csv]\na,b']);
    expect(read(project([says('q'), calls('a'), shown], blind))[2]).toBe(
      'tool: see\n[image left out, this model does not take it: image/png]',
    );
  });

  it('that an assistant made are the user’s for others', () => {
    const made: LanguageModelV4Message = { role: 'assistant', content: [PNG] };
    expect(read(project([says('q'), made, says('nice')], CHAT))).toEqual([
      'user: q',
      'assistant: [made a file, image/png]',
      'user: [files from the turn above] | file',
      'user: nice',
    ]);
    expect(project([says('q'), made, says('nice')], GEMINI)[1]).toEqual(made);
  });
});

describe('what a model that was found wanting gets', () => {
  it('no tools: calls and results as words', () => {
    expect(read(project([says('q'), calls('a', 'b'), result('a', 'b'), says('more')], after(CHAT, 'tools-as-text')))).toEqual([
      'user: q',
      'assistant: [called t with {}] | [called t with {}]',
      'user: [result of t: r]\n[result of t: r]',
      'user: more',
    ]);
  });

  it('no tools: what the provider itself ran goes on as words, and not as a result without its call', () => {
    const ran: LanguageModelV4Message = {
      role: 'assistant',
      content: [
        { type: 'tool-call', toolCallId: 's', toolName: 'search', input: {}, providerExecuted: true },
        { type: 'tool-result', toolCallId: 's', toolName: 'search', output: { type: 'text', value: 'kelp' } },
        { type: 'text', text: 'so' },
      ],
    };
    expect(project([says('q'), ran, says('more')], after(CHAT, 'tools-as-text'))[1]?.content).toEqual([
      { type: 'text', text: '[result of search: kelp]' },
      { type: 'text', text: 'so' },
    ]);
  });

  it('C17: one call at a time: each with its result', () => {
    const single = after(CHAT, 'single-calls');
    const both: LanguageModelV4Message = {
      role: 'assistant',
      content: [...(answers('look').content as []), ...(calls('a', 'b').content as [])],
    };
    expect(read(project([says('q'), both, result('a', 'b')], single))).toEqual([
      'user: q',
      'assistant: look | call a',
      'tool: r',
      'assistant: call b',
      'tool: r',
    ]);
  });

  it('other ids, even of calls that it made itself', () => {
    const sent = project([says('q'), calls('call_0'), result('call_0')], after(CHAT, 'plain-ids'));
    expect(read(sent)[1]).toMatch(/^assistant: call [a-zA-Z0-9]{9}$/);
  });
});
