import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from './events.ts';
import { compacted } from './compacted.ts';
import { Prompter, type PromptMessage } from './prompt.ts';
import type { Message } from './run-state.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const user = (text: string): Message => ({ role: 'user', text });
const reply = (...ids: readonly string[]): Message & { role: 'assistant' } => ({
  role: 'assistant',
  origin: ORIGIN,
  finish: 'stop',
  blocks: [{ type: 'text', text: 'hm' }, ...ids.map((id) => ({ type: 'tool-call' as const, id, name: 'a', input: '{"x":1}' }))],
});
const result = (id: string): Message => ({ role: 'tool', id, name: 'a', output: id, failed: id === 'bad' });
const HEAD = { instruction: 'Be brief.' };
const roles = (prompt: readonly PromptMessage[]) => prompt.map(({ role }) => role[0]).join('');
const idsOf = (prompt: readonly PromptMessage[], type: 'tool-call' | 'tool-result') =>
  prompt.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.flatMap((part) => (part.type === type && 'toolCallId' in part ? [part.toolCallId] : [])),
  );

const groups = fc.array(
  fc.oneof(
    fc.string().map((text) => [user(text)]),
    fc.uniqueArray(fc.constantFrom('c1', 'c2', 'bad'), { maxLength: 3 }).map((ids) => [reply(...ids), ...ids.toReversed().map(result)]),
  ),
  { maxLength: 12 },
);

describe('prompts', () => {
  it('P1: the prompt of a longer transcript begins with that of the shorter, and building it piecewise changes nothing', () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (all, context) => {
        const prompter = new Prompter(HEAD);
        const transcript: Message[] = [];
        let before = prompter.extend(transcript);
        for (const group of all) {
          transcript.push(...group);
          if (context) prompter.extend(transcript, { context: ['for once'] });
          const now = prompter.extend(transcript);
          expect(now.slice(0, before.length)).toEqual(before);
          before = now;
        }
        expect(before).toEqual(new Prompter(HEAD).extend(transcript));
      }),
    );
  });

  it('P1, P2: what was there is there again, the very same and frozen; after a summary all is new', () => {
    const prompter = new Prompter(HEAD);
    const transcript = [user('1'), reply('c1'), result('c1')];
    const first = prompter.extend(transcript, { epoch: 0 });
    const second = prompter.extend([...transcript, user('2')], { epoch: 0 });
    first.forEach((message, at) => expect(second[at]).toBe(message));
    expect(second.every((message) => Object.isFrozen(message) && Object.isFrozen(message.content))).toBe(true);
    const after = compacted(transcript, { type: 'compaction', why: 'manual', summary: 'S', keep: 2 });
    const third = prompter.extend(after, { epoch: 1 });
    expect(roles(third)).toBe('suat');
    expect(third[1]).toEqual({ role: 'user', content: [{ type: 'text', text: 'Session Summary: S' }] });
    expect(third[0]).not.toBe(first[0]);
    expect(third[2]).toMatchObject({ providerOptions: { holdfast: { origin: { entry: '' } } } });
    expect(prompter.extend([...after, user('3')], { epoch: 1 }).slice(0, 4)).toEqual(third);
  });

  it('P3: results stand in the order of the calls; failures are errors; origin and meta ride on the parts', () => {
    const last = reply('c1', 'bad');
    const signed: Message = { ...last, blocks: [{ type: 'reasoning', text: 'r', meta: { vendor: { signature: 's' } } }, ...last.blocks] };
    const [, , made, results] = new Prompter(HEAD).extend([user('hi'), signed, result('bad'), result('c1')]);
    const holdfast = { origin: ORIGIN };
    expect(made).toEqual({
      role: 'assistant',
      providerOptions: { holdfast },
      content: [
        { type: 'reasoning', text: 'r', providerOptions: { vendor: { signature: 's' }, holdfast } },
        { type: 'text', text: 'hm', providerOptions: { holdfast } },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'a', input: { x: 1 }, providerOptions: { holdfast } },
        { type: 'tool-call', toolCallId: 'bad', toolName: 'a', input: { x: 1 }, providerOptions: { holdfast } },
      ],
    });
    expect(results).toEqual({
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c1', toolName: 'a', output: { type: 'text', value: 'c1' } },
        { type: 'tool-result', toolCallId: 'bad', toolName: 'a', output: { type: 'error-text', value: 'bad' } },
      ],
    });
  });

  it('P5: context of one call is a system message at the very end, not frozen, and gone with it', () => {
    const prompter = new Prompter(HEAD);
    const before = prompter.extend([user('1')], { context: ['one', ' ', 'two'] });
    expect(before.at(-1)).toEqual({ role: 'system', content: 'one\n\ntwo' });
    expect(Object.isFrozen(before.at(-1))).toBe(false);
    expect(prompter.extend([user('1')], { context: [' '] })).toEqual(before.slice(0, -1));
  });

  it('C13: calls without a result are answered for before whoever speaks next; a result without a call is none', () => {
    const prompt = new Prompter(HEAD).extend([
      user('1'),
      reply('c1', 'c2'),
      result('c2'),
      user('2'),
      reply('c3'),
      reply('c4'),
      result('cX'),
    ]);
    expect(roles(prompt)).toBe('suatuatat');
    expect(idsOf(prompt, 'tool-result')).toEqual(idsOf(prompt, 'tool-call'));
    expect(prompt[3]?.content).toMatchObject([
      { toolCallId: 'c1', output: { type: 'error-text' } },
      { output: { type: 'text', value: 'c2' } },
    ]);
    const whole = [user('1'), reply('c1'), result('c1'), user('2')];
    expect(JSON.stringify(new Prompter(HEAD).extend(whole))).not.toContain('not answered');
  });

  it('an empty reply is left out, and so is a result that follows it', () => {
    expect(roles(new Prompter(HEAD).extend([user('1'), { ...reply(), blocks: [] }, result('c1'), user('2')]))).toBe('suu');
  });
});

describe('the head', () => {
  const headOf = (head: ConstructorParameters<typeof Prompter>[0], transcript: readonly Message[] = [user('x')]) =>
    new Prompter(head).extend(transcript)[0];

  it('C14: one system message, what changes least first, marked as the end of what is cached', () => {
    const head = headOf({
      instruction: ' Be brief. ',
      toolsets: ['Use the tools.'],
      files: ['House rules.'],
      date: '2026-11-20',
      environment: { cwd: '/w', git: true, platform: 'linux', arch: 'x64' },
    });
    expect(head).toEqual({
      role: 'system',
      content: expect.stringMatching(
        /^Be brief\.\n\nUse the tools\.\n\nHouse rules\.\n\nToday's date: 2026-11-20\n\n.*Working directory: \/w\n.*: Yes/s,
      ) as string,
      providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
    });
  });

  it('an agent without an instruction has none', () => expect(roles(new Prompter({ instruction: '' }).extend([user('x')]))).toBe('u'));

  it('C15: members are listed with what they are for; those it works for are not', () => {
    const head = headOf({
      instruction: 'Lead.',
      team: {
        subAgents: [{ name: 'scout', description: 'finds\n things' }, { name: 'boss' }],
        handoffs: [{ name: 'closer' }, { name: 'boss', description: 'leads' }],
        parents: ['boss'],
        background: true,
      },
    });
    expect(head?.content).toMatch(/transfer_task.*run_background_agent.*- scout: finds things\n\n.*handoff.*- closer$/s);
    expect(head?.content).not.toContain('boss');
    expect(headOf({ instruction: 'Lead.', team: { subAgents: [{ name: 'boss' }], parents: ['boss'] } })?.content).toBe('Lead.');
  });

  it('what a child is told first is one message with it; told later it stands where it was said', () => {
    const task: Message = { role: 'user', text: 'Your task.', system: true };
    const prompt = new Prompter(HEAD).extend([task, user('go'), reply(), { ...task, text: 'Mind the gap.' }]);
    expect(roles(prompt)).toBe('suas');
    expect(prompt[0]?.content).toBe('Be brief.\n\nYour task.');
    expect(prompt[3]?.content).toBe('Mind the gap.');
  });
});

describe('files and pictures', () => {
  const picture = { mediaType: 'image/png', data: 'AAAA', name: 'map.png' };
  const paper = { mediaType: 'application/pdf', data: 'https://x.example/a.pdf' };
  const made: Block = { type: 'file', mediaType: 'image/png', data: 'BBBB' };
  const seen: Message = { role: 'tool', id: 'c1', name: 'a', output: 'seen', failed: false, files: [picture] };
  const transcript: Message[] = [
    { role: 'user', text: '', files: [picture, paper] },
    { ...reply('c1'), blocks: [...reply('c1').blocks, made] },
    seen,
  ];

  it('files of the user, of a result and of a reply are parts', () => {
    const [, said, , results] = new Prompter(HEAD).extend(transcript);
    expect(said?.content).toEqual([
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' }, filename: 'map.png' },
      { type: 'file', mediaType: 'application/pdf', data: { type: 'url', url: new URL(paper.data) } },
    ]);
    expect(results?.content).toMatchObject([
      {
        output: {
          type: 'content',
          value: [
            { type: 'text', text: 'seen' },
            { type: 'file', filename: 'map.png' },
          ],
        },
      },
    ]);
  });

  it('L22: a model without eyes gets no picture, the text and other files stay, and the transcript is as it was', () => {
    const before = structuredClone(transcript);
    const prompt = new Prompter(HEAD, { images: false }).extend(transcript);
    expect(JSON.stringify(prompt)).not.toMatch(/AAAA|BBBB|image\/png/);
    expect(prompt[1]?.content).toMatchObject([{ type: 'text', text: expect.stringContaining('map.png') as string }, { type: 'file' }]);
    expect(JSON.stringify(prompt)).toContain('seen');
    expect(transcript).toEqual(before);
  });

  it('a failed result is an error, whatever was with it', () => {
    const failed = [user('1'), reply('c1'), { ...seen, failed: true } as Message];
    expect(new Prompter(HEAD).extend(failed).at(-1)?.content).toMatchObject([{ output: { type: 'error-text', value: 'seen' } }]);
  });
});

describe('a limit of messages', () => {
  const counted = (prompt: readonly PromptMessage[]) =>
    prompt.reduce((sum, { role, content }) => sum + (role === 'system' ? 0 : role === 'tool' ? content.length : 1), 0);

  it('C10: three of ten users and ten replies: all users, no reply, the system message', () => {
    const transcript = Array.from({ length: 10 }, (_, n) => [user(`${n}`), reply()]).flat();
    expect(roles(new Prompter(HEAD, { historyItems: 3 }).extend(transcript))).toBe(`s${'u'.repeat(10)}`);
  });

  it('C11: one user, 30 calls, 30 results, 30 at most: the user stays, and no result without its call', () => {
    const calls = Array.from({ length: 30 }, (_, n) => [reply(`c${n}`), result(`c${n}`)]).flat();
    const prompt = new Prompter(HEAD, { historyItems: 30 }).extend([user('go'), ...calls]);
    expect(prompt[1]).toMatchObject({ role: 'user' });
    expect(counted(prompt)).toBeLessThanOrEqual(30);
    expect(idsOf(prompt, 'tool-result')).toEqual(idsOf(prompt, 'tool-call'));
    expect(idsOf(prompt, 'tool-call').at(-1)).toBe('c29');
  });

  it('P4: it holds, what was called last is there, and the prompt is append-only from cut to cut, which are rare', () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 12 }), (all, historyItems) => {
        const prompter = new Prompter(HEAD, { historyItems });
        const transcript: Message[] = [];
        let before = prompter.extend(transcript);
        let called: readonly string[] = [];
        for (const group of all) {
          transcript.push(...group);
          const now = prompter.extend(transcript);
          const users = transcript.filter(({ role }) => role === 'user').length;
          if (group[0]?.role === 'assistant') called = group[0].blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : []));
          expect(counted(now)).toBeLessThanOrEqual(Math.max(historyItems, users + (called.length > 0 ? 1 + called.length : 0)));
          expect(now.filter(({ role }) => role === 'user')).toHaveLength(users);
          expect(idsOf(now, 'tool-result')).toEqual(idsOf(now, 'tool-call'));
          expect(idsOf(now, 'tool-call').slice(idsOf(now, 'tool-call').length - called.length)).toEqual(called);
          const grew = before.every((message, at) => now[at] === message);
          if (!grew && transcript.length > group.length) expect(counted(before) + group.length).toBeGreaterThan(historyItems);
          before = now;
        }
        expect(before).toEqual(new Prompter(HEAD, { historyItems }).extend(transcript));
      }),
    );
  });

  it('P4: a long run is cut once for half the limit', () => {
    const prompter = new Prompter(HEAD, { historyItems: 40 });
    const transcript: Message[] = [user('go')];
    let cuts = 0;
    let before = prompter.extend(transcript);
    for (let n = 0; n < 200; n++) {
      transcript.push(reply(`c${n}`), result(`c${n}`));
      const now = prompter.extend(transcript);
      if (before.some((message, at) => now[at] !== message)) cuts++;
      before = now;
    }
    expect(cuts).toBeLessThanOrEqual(400 / 20);
    expect(cuts).toBeGreaterThan(10);
  });

  it('P4: replies behind a cut count as made elsewhere', () => {
    const transcript = [user('go'), ...['c1', 'c2', 'c3'].flatMap((id) => [reply(id), result(id)])];
    const prompt = new Prompter(HEAD, { historyItems: 6 }).extend(transcript);
    const kept = prompt.find(({ role }) => role === 'assistant');
    expect(kept).toMatchObject({ providerOptions: { holdfast: { origin: { entry: '' } } } });
  });
});
