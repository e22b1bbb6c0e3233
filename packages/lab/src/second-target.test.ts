import { describe, expect, it } from 'vitest';
import { pieces, type Facts, type Turn } from './script.ts';
import { BEHAVIOURS, continuationOf, secondTarget, type Behaviour } from './second-target.ts';
import { texts } from './texts.data.ts';
import { labProvider } from './provider/server.ts';
import { hear, payloads, type Loose } from './provider/raw-client.ts';

const user = (text: string): Turn => ({ role: 'user', text, calls: [] });
const assistant = (text: string): Turn => ({ role: 'assistant', text, calls: [] });
const facts = (turns: readonly Turn[]): Facts => ({
  provider: 'west',
  model: 'small-1',
  stream: true,
  turns,
  tools: [{ name: 'search', schema: {} }],
  includeUsage: false,
  nth: 1,
  answered: 0,
});

const instruct = (anchor: string) =>
  user(`Your last turn was cut. Repeat this exactly, then go on without comment, in the same language: ⟦${anchor}⟧`);

/** As a target is asked that is to finish `shown`. */
function asked(behaviour: Behaviour, text: string, shown: string, anchor?: string) {
  const turns = [user('Tell it.'), assistant(shown), ...(anchor === undefined ? [] : [instruct(anchor)])];
  return secondTarget(text, behaviour)(facts(turns));
}

const SHOWN = texts.plain.slice(0, 120);
const REST = texts.plain.slice(120);
const ANCHOR = SHOWN.slice(-40);

describe('continuationOf', () => {
  it('knows a prefill and an instruction with an anchor, and nothing else', () => {
    expect(continuationOf([user('a'), assistant('b')])).toEqual({ shown: 'b', anchor: undefined });
    expect(continuationOf([user('a'), assistant('b'), instruct('b')])).toEqual({ shown: 'b', anchor: 'b' });
    expect(continuationOf([user('a')])).toBeUndefined();
    expect(continuationOf([user('a'), assistant('b'), user('go on')])).toBeUndefined();
    expect(continuationOf([instruct('b')])).toBeUndefined();
    expect(continuationOf([user('a'), { ...assistant(''), calls: [{ id: '1', name: 'search' }] }])).toBeUndefined();
  });
});

describe('second targets', () => {
  it.each(BEHAVIOURS)('%s: asked afresh, it gives the whole text', (behaviour) => {
    expect(secondTarget(texts.plain, behaviour)(facts([user('Tell it.')]))).toEqual({ text: texts.plain });
  });

  it('goes-on: the rest and no more, wherever the text was cut', () => {
    for (const text of Object.values(texts)) {
      const chars = [...text];
      for (let n = 1; n <= chars.length; n++) {
        const shown = chars.slice(0, n).join('');
        expect(shown + asked('goes-on', text, shown, 'x').text).toBe(text);
        expect(shown + asked('goes-on', text, shown).text).toBe(text);
      }
    }
  });

  it('goes-on: white space that the request left out of the quotation is still to come', () => {
    const shown = 'The outage began ';
    expect(asked('goes-on', texts.plain, shown.trimEnd(), 'began').text).toBe(texts.plain.slice('The outage began'.length));
  });

  it('repeats-anchor: exactly the anchor, then the rest', () => {
    expect(asked('repeats-anchor', texts.plain, SHOWN, ANCHOR).text).toBe(ANCHOR + REST);
  });

  it('repeats-tail: an end of what was shown that occurs once in it, not the anchor', () => {
    for (const shown of [SHOWN, texts.laughter.slice(0, 60)]) {
      const text = shown === SHOWN ? texts.plain : texts.laughter;
      const said = asked('repeats-tail', text, shown, ANCHOR).text!;
      const tail = said.slice(0, said.length - (text.length - shown.length));
      expect(shown.endsWith(tail)).toBe(true);
      expect(shown.split(tail)).toHaveLength(2);
      expect(tail.length).toBeGreaterThanOrEqual(8);
    }
  });

  it('starts-over, starts-over-differently, same-first-sentence', () => {
    expect(asked('starts-over', texts.plain, SHOWN, ANCHOR).text).toBe(texts.plain);
    const other = asked('starts-over-differently', texts.plain, SHOWN, ANCHOR).text!;
    expect(texts.plain).not.toContain(other.slice(0, 20));
    const same = asked('same-first-sentence', texts.plain, SHOWN, ANCHOR).text!;
    const sentence = texts.plain.slice(0, texts.plain.indexOf('.') + 1);
    expect(same.startsWith(`${sentence} `)).toBe(true);
    expect(texts.plain.startsWith(same)).toBe(false);
    expect(asked('same-first-sentence', texts.chinese, '故障', '故障').text!.startsWith('故障从中午开始。')).toBe(true);
  });

  it('preamble, reopened-fence, lost-space', () => {
    expect(asked('preamble', texts.plain, SHOWN, ANCHOR).text).toBe(`Sure, continuing:\n\n${ANCHOR}${REST}`);
    const code = texts.code.slice(0, 120);
    expect(asked('reopened-fence', texts.code, code, 'x').text).toBe(`\`\`\`ts\nx${texts.code.slice(120)}`);
    const before = 'The outage began';
    expect(asked('lost-space', texts.plain, before, before).text).toBe(texts.plain.slice(before.length + 1));
  });

  it('refuses-prefill: a 400 for a prefill, an answer for the instruction', () => {
    expect(asked('refuses-prefill', texts.plain, SHOWN).fault).toEqual({ do: 'status', reason: 'prefill' });
    expect(asked('refuses-prefill', texts.plain, SHOWN, ANCHOR).text).toBe(ANCHOR + REST);
  });

  it('refuses, answers-with-tool-call, nothing-to-add', () => {
    expect(asked('refuses', texts.plain, SHOWN, ANCHOR).text).toMatch(/can't help/);
    expect(asked('answers-with-tool-call', texts.plain, SHOWN, ANCHOR)).toMatchObject({ toolCalls: [{ name: 'search' }] });
    expect(asked('nothing-to-add', texts.plain, SHOWN, ANCHOR)).toEqual({ finish: 'stop' });
  });

  it('they look at requests of both protocols alike', async () => {
    const script = secondTarget(texts.plain, 'repeats-anchor');
    const messages = [
      { role: 'user', content: 'Tell it.' },
      { role: 'assistant', content: SHOWN },
      { role: 'user', content: `Go on: ⟦${ANCHOR}⟧` },
    ];
    for (const protocol of ['openai-chat', 'anthropic-messages'] as const) {
      await using west = await labProvider({ name: 'west', protocol, script });
      const { text } = await hear(west, protocol, { body: { model: 'm', stream: true, max_tokens: 9, messages } });
      const said = payloads(text)
        .map((row: Loose) => row.choices?.[0]?.delta?.content ?? row.delta?.text ?? '')
        .join('');
      expect(said).toBe(ANCHOR + REST);
    }
  });

  it('a prefill is refused over HTTP as a vendor does', async () => {
    await using west = await labProvider({
      name: 'west',
      protocol: 'anthropic-messages',
      script: secondTarget(texts.plain, 'refuses-prefill'),
    });
    const messages = [
      { role: 'user', content: 'Tell it.' },
      { role: 'assistant', content: SHOWN },
    ];
    const heard = await hear(west, 'anthropic-messages', { body: { model: 'm', stream: true, messages } });
    expect(heard.status).toBe(400);
    expect(heard.text).toContain('prefill');
  });
});

describe('pieces', () => {
  it('are the text again, none empty, emoji cut after their joiner', () => {
    for (const text of Object.values(texts)) {
      expect(pieces(text).join('')).toBe(text);
      expect(pieces(text).every((piece) => piece.length > 0)).toBe(true);
    }
    expect(pieces('👨‍👩')).toEqual(['👨\u200d', '👩']);
    expect(pieces('')).toEqual([]);
    expect(pieces('a \n')).toEqual(['a', ' \n']);
  });
});
