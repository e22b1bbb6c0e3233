import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetsOf, cutResults, newest, split } from './compact.ts';
import { compacted, CUT_RESULT, withoutResults } from './compacted.ts';
import { textTokens, transcriptTokens } from './estimate.ts';
import type { Message } from './run-state.ts';
import { summaryPrompt } from './summary-prompt.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const user = (text: string): Message => ({ role: 'user', text });
const reply = (text: string, ...ids: readonly string[]): Message => ({
  role: 'assistant',
  origin: ORIGIN,
  finish: 'stop',
  blocks: [{ type: 'text', text }, ...ids.map((id) => ({ type: 'tool-call' as const, id, name: 'look', input: '{"at":1}' }))],
});
const result = (id: string, output = id): Message => ({ role: 'tool', id, name: 'look', output, failed: false });
const event = (keep: number, cut: readonly string[] = []) => ({ type: 'compaction', why: 'manual', summary: 'S', keep, cut }) as const;

/** Conversations as they come about: users speak, replies call, each call has its result. */
const conversations = fc
  .array(
    fc.oneof(
      fc.nat(400).map((size) => () => [user('u'.repeat(size))]),
      fc.tuple(fc.nat(3), fc.nat(400)).map(([calls, size]) => (n: number) => {
        const ids = Array.from({ length: calls }, (_, at) => `c${n}.${at}`);
        return [reply('r'.repeat(size), ...ids), ...ids.toReversed().map((id) => result(id, 'o'.repeat(size)))];
      }),
    ),
    { maxLength: 20 },
  )
  .map((makers) => makers.flatMap((make, n) => make(n)));

const isWhole = (messages: readonly Message[]): boolean => {
  const called = new Set<string>();
  return messages.every((message) => {
    if (message.role === 'assistant') for (const block of message.blocks) if (block.type === 'tool-call') called.add(block.id);
    return message.role !== 'tool' || called.has(message.id);
  });
};

describe('what stays word for word', () => {
  it('C3: where everything fits nothing stays', () => {
    expect(split([user('a'), reply('b'), user('c')], 20_000)).toBe(3);
    expect(split([], 20_000)).toBe(0);
  });

  it('C4: six messages of 40,000 characters, 20,100 tokens: the last two', () => {
    const six = Array.from({ length: 6 }, (_, at) => (at % 2 === 0 ? user('x'.repeat(40_000)) : reply('x'.repeat(40_000))));
    expect(split(six, 20_100)).toBe(4);
  });

  it('C5: of twenty messages of 5,000 tokens in a window of 200,000 some are summarised, some stay', () => {
    const twenty = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? user('x'.repeat(20_000)) : reply('x'.repeat(20_000))));
    const from = split(twenty, budgetsOf(200_000, 0).kept);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThan(20);
  });

  it('budgets shrink with the window; an unknown one bounds no input', () => {
    expect(budgetsOf(200_000, 500)).toEqual({ kept: 20_000, summary: 16_000, input: 183_500 });
    expect(budgetsOf(8000, 500)).toEqual({ kept: 1600, summary: 2000, input: 5500 });
    expect(budgetsOf(1000, 900)).toEqual({ kept: 200, summary: 250, input: 0 });
    for (const window of [undefined, 0, -1]) expect(budgetsOf(window, 500)).toEqual({ kept: 20_000, summary: 16_000 });
  });

  it('S1, S2: the newest part begins with a user or a reply, fits, and no call is parted from its result', () => {
    fc.assert(
      fc.property(conversations, fc.nat(800), (transcript, budget) => {
        const from = newest(transcript, budget);
        const kept = transcript.slice(from);
        expect(transcriptTokens(kept)).toBeLessThanOrEqual(budget);
        expect(kept[0]?.role).not.toBe('tool');
        expect([isWhole(transcript.slice(0, from)), isWhole(kept)]).toEqual([true, true]);
        // No smaller part would have done: one more message of the user's or a reply is too much.
        const before = transcript.slice(0, from).findLastIndex(({ role }) => role !== 'tool');
        if (before >= 0) expect(transcriptTokens(transcript.slice(before))).toBeGreaterThan(budget);
      }),
    );
  });

  it('C12: results beyond the budget go, the newest are kept, the originals stay; 0 and less cut nothing', () => {
    const messages = [result('old', 'x'.repeat(400)), user('hm'), result('new', 'x'.repeat(200))];
    expect(cutResults(messages, 60)).toEqual(['old']);
    expect(withoutResults(messages, cutResults(messages, 60))).toEqual([result('old', CUT_RESULT), user('hm'), messages[2]]);
    expect(messages[0]).toEqual(result('old', 'x'.repeat(400)));
    for (const budget of [0, -10]) expect(cutResults(messages, budget)).toEqual([]);
    expect(cutResults([result('a', 'x'.repeat(164_000)), result('b')])).toEqual(['a']);
    expect(cutResults([result('a', 'x'.repeat(150_000)), result('b')])).toEqual([]);
  });
});

describe('the transcript after a compaction', () => {
  it('C6: the summary as a message of the user’s, then what was kept', () => {
    const [one, two, three, four, five] = ['1', '2', '3', '4', '5'].map(user) as [Message, Message, Message, Message, Message];
    expect(compacted([one, two, three, four, five], event(2))).toEqual([
      { role: 'user', text: 'Session Summary: S', summary: true },
      four,
      five,
    ]);
  });

  it('C7: nothing kept, then it goes on; the model had the last word', () => {
    const after = compacted([user('1'), reply('2')], event(0));
    expect(after).toEqual([{ role: 'user', text: 'Session Summary: S', summary: true, answered: true }]);
    expect(compacted([...after, user('3')], event(1))).toEqual([{ role: 'user', text: 'Session Summary: S', summary: true }, user('3')]);
  });

  it('K1, K2: what stands with the instruction stays in front; cut results lose content and files', () => {
    const task: Message = { role: 'user', text: 'your task', system: true };
    const picture = { ...result('c1', 'long'), files: [{ mediaType: 'image/png', data: 'AAAA' }] } as Message;
    const after = compacted([task, user('1'), reply('2', 'c1'), picture], event(2, ['c1']));
    expect(after.map((message) => ('text' in message ? message.text : message.role))).toEqual([
      'your task',
      'Session Summary: S',
      'assistant',
      'tool',
    ]);
    expect(after.at(-1)).toEqual(result('c1', CUT_RESULT));
    expect(compacted([task, user('1')], event(2))).toHaveLength(3);
  });

  it('K3: kept replies count as made elsewhere; those that come after do not', () => {
    const [, kept] = compacted([user('1'), reply('2')], event(1));
    expect(kept).toMatchObject({ origin: { ref: 'p/m', entry: '', model: '', account: '' } });
  });
});

describe('the prompt that asks for a summary', () => {
  it('C8: extra words behind the instruction; what stands with the instruction is not told; calls and results are text', () => {
    const old = [
      { ...user('be a pirate'), system: true } as Message,
      { ...user('look'), files: [{ mediaType: 'image/png', data: 'AAAA', name: 'map.png' }] } as Message,
      { ...reply('I look.', 'c1'), agent: 'jim' } as Message,
      { ...result('c1', 'sea'), failed: true } as Message,
    ];
    const { user: text, messages } = summaryPrompt(old, '  keep the map ');
    expect(text).toBe(`<conversation>
[user]
look
[file: map.png, image/png]

[agent jim]
I look.
[calls look with {"at":1}]

[result of look, failed]
sea
</conversation>

Write the memory of the conversation above.

Also observe: keep the map`);
    expect(messages).toBe(3);
    expect(summaryPrompt(old).user).not.toContain('Also observe');
  });

  it('C9: without room for any message only the two prompts are left', () => {
    const { user: text, messages } = summaryPrompt([user('x'.repeat(400))], undefined, 50);
    expect(messages).toBe(0);
    expect(text).not.toContain('xxx');
    expect(summaryPrompt([]).messages).toBe(0);
  });

  it('Q1: the oldest go first and that is said; an earlier summary stays', () => {
    const summary: Message = { role: 'user', text: 'Session Summary: all before', summary: true };
    const talk = ['first', 'y'.repeat(200), 'z'.repeat(200), 'w'.repeat(200), 'v'.repeat(200), 'last'];
    const { user: text, messages } = summaryPrompt([summary, ...talk.map(user)], undefined, 220);
    expect(messages).toBe(5);
    expect(text).toMatch(/all before\n\n\[older messages left out\]\n\n\[user\]\ny+\n\n/);
    expect(text).not.toContain('first');
    expect(summaryPrompt([summary]).messages).toBe(0);
  });

  it('Q2: one message larger than the room is told by its beginning and its end', () => {
    const { user: text, messages } = summaryPrompt([user(`begin ${'x'.repeat(9000)} end`)], undefined, 400);
    expect(messages).toBe(1);
    expect(text).toMatch(/begin x+\n\[… 8\d\d\d characters left out …\]\nx+ end/);
  });

  it('Q1, Q2: the conversation in it fits the room, whatever was said', () => {
    fc.assert(
      fc.property(conversations, fc.integer({ min: 200, max: 3000 }), (old, room) => {
        const { user: text, messages } = summaryPrompt(old, undefined, room);
        expect(textTokens(text)).toBeLessThanOrEqual(room + 40);
        expect(messages > 0).toBe(old.length > 0);
      }),
    );
  });
});
