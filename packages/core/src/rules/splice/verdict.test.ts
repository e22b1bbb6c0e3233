import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorOf } from './anchor.ts';
import { graphemesOf, hasGraphemes } from './graphemes.ts';
import { Joint } from './joint.ts';
import { verdictOf, type Way } from './verdict.ts';

const TEXTS: Readonly<Record<string, string>> = {
  plain:
    'The outage began at noon, when the first region stopped answering. Requests that were already under way broke in the middle of a sentence, and those that came later were refused at once.\n\nNobody noticed for eleven minutes. The second region took over, slower but steady.',
  table:
    '| fault | seen | share |\n|---|---:|---:|\n| overloaded | 12 | 100 % |\n| cut in mid-word | 7 | 100 % |\n| refused | 12 | 100 % |\n',
  code: 'The loop that does it:\n\n```ts\nfor (const target of targets) {\n  const answer = await ask(target);\n  if (answer.ok) {\n    return answer;\n  }\n}\n```\n\nIt ends there.',
  laughter:
    'Then the room laughed: ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha, and again: ha ha ha ha ha ha. She said: ha ha ha, very funny.',
  emoji: 'The family 👨‍👩‍👧‍👦 met the pilot 👩🏽‍✈️ and the cook 🧑🏿‍🍳 under the flag 🏳️‍🌈; everyone waved 👋🏻, e\u0301 is one letter.',
  chinese: '故障从中午开始。第一个区域停止响应,正在进行的请求在句子中间断开,后来的请求立即被拒绝。十一分钟里没有人发现。',
  list: '1. A cut answer is finished, never repeated.\n   - The reader sees one text.\n   - The joint cannot be found.\n2. A refused call costs nothing.',
};

/** What was shown, cut after every grapheme, and what goes on: models are asked without the white space at the end, and write it again. */
function cuts(text: string): readonly { readonly shown: string; readonly rest: string }[] {
  const parts = graphemesOf(text);
  return parts
    .map((_, at) => ({ shown: parts.slice(0, at + 1).join(''), rest: parts.slice(at + 1).join('') }))
    .filter(({ shown, rest }) => shown.trim() !== '' && rest.trim() !== '')
    .map(({ shown }) => ({ shown, rest: text.slice(shown.trimEnd().length) }));
}

/** The joined text, or that it was another answer; the continuation comes in pieces of `size` code units. */
function join(shown: string, next: string, way: Way = 'instruction', size = 3): { readonly text: string; readonly how: string } {
  const joint = new Joint(anchorOf(shown), way);
  let text = shown;
  for (let at = 0; at < next.length; at += size) {
    const went = joint.take(next.slice(at, at + size), 0);
    if (went === 'rejected') return { text, how: 'rejected' };
    text += went.text;
  }
  const last = joint.end(false, []);
  if (last === 'rejected') return { text, how: 'rejected' };
  return { text: text + last.text, how: joint.how! };
}

describe.each(Object.entries(TEXTS))('C6, %s, cut after every character', (_name, text) => {
  it('(a) repeats the anchor: dropped exactly', () => {
    for (const { shown, rest } of cuts(text)) {
      const { anchor } = anchorOf(shown);
      expect(join(shown, anchor + rest)).toEqual({ text, how: 'anchor' });
      expect(join(shown, `\n${anchor}${rest}`, 'instruction', 7).text).toBe(text);
      expect(join(shown, `⟦${anchor}⟧${rest}`)).toEqual({ text, how: 'anchor' });
    }
  });

  it('(b) starts over with the same words: dropped while equal, then goes on', () => {
    for (const { shown } of cuts(text)) expect(join(shown, text).text).toBe(text);
  });

  it('(b) starts over and then differs: another answer', () => {
    for (const { shown } of cuts(text)) {
      if (!hasGraphemes(shown.trimEnd(), 24)) continue;
      const other = `${shown.slice(0, shown.length >> 1)} Quite another way to tell it, and none of it fits what was said before; nobody could join the two.`;
      if (shown.startsWith(other.slice(0, shown.length))) continue;
      expect(join(shown, other)).toEqual({ text: shown, how: 'rejected' });
    }
  });

  it('(d) a preamble line, then the anchor: both go', () => {
    for (const { shown, rest } of cuts(text)) {
      const { anchor } = anchorOf(shown);
      if (anchor.length < 8) continue;
      expect(join(shown, `Sure, continuing:\n\n${anchor}${rest}`).text).toBe(text);
      expect(join(shown, `\`\`\`ts\n${anchor}${rest}`).text).toBe(text);
    }
  });

  it('goes on without a word of it, after a prefill: word for word', () => {
    for (const { shown, rest } of cuts(text)) {
      const joined = join(shown, rest, 'prefill');
      // Nobody can tell forty characters that repeat themselves from forty that are repeated.
      if (joined.how === 'prefill') expect(joined.text).toBe(text);
      else expect(['overlap', 'restart', 'rejected']).toContain(joined.how);
    }
  });

  it('goes on without the anchor: word for word where the joint is open, else another answer', () => {
    for (const { shown, rest } of cuts(text)) {
      const { text: joined, how } = join(shown, rest);
      if (how === 'open') expect(joined).toBe(text);
      else if (how === 'rejected') expect(joined).toBe(shown);
    }
  });

  it('another answer is never joined', () => {
    for (const { shown } of cuts(text)) {
      for (const other of [
        'There is another way to tell it. Nothing of what follows was said before.',
        "I'm sorry, but I can't help with that.",
        '继续:另一个回答。',
      ])
        // What begins with all that was shown is an answer that begins so.
        if (!other.startsWith(shown.trim())) expect(join(shown, other)).toEqual({ text: shown, how: 'rejected' });
    }
  });
});

describe('anchor', () => {
  it('C6: 24 graphemes or more from where a word begins, and only one place', () => {
    for (const text of Object.values(TEXTS)) {
      for (const { shown } of cuts(text)) {
        const { quote, anchor, space } = anchorOf(shown);
        expect(quote + space).toBe(shown);
        expect(quote.endsWith(anchor)).toBe(true);
        expect(quote.indexOf(anchor)).toBe(quote.length - anchor.length);
        if (hasGraphemes(quote, 24)) expect(hasGraphemes(anchor, 24)).toBe(true);
      }
    }
  });

  it('C6: a text that is all repetition is quoted whole; one that ends in it, as far as it must', () => {
    const all = 'ha '.repeat(400).trim();
    expect(anchorOf(all).anchor).toBe(all);
    expect(anchorOf(`Listen: ${all}`).anchor).toBe(all);
  });
});

describe('laws of the joint', () => {
  const word = fc.oneof(
    fc.constantFrom('alpha', 'beta ', 'Gamma. ', '中文', '👩🏽‍✈️ ', '\n', 'ha ', '| ', '```\n'),
    fc.string({ maxLength: 6 }),
  );
  const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(''));

  it('C6: what repeats the anchor is joined to the whole text, however it is cut into pieces', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 9 }), (before, after, size) => {
        fc.pre(before.trim() !== '' && after.trim() !== '');
        const { anchor, space } = anchorOf(before);
        fc.pre(hasGraphemes(anchor, 8) && !anchor.startsWith('⟦'));
        const went = join(before, anchor + space + after, 'instruction', size);
        expect(went.text).toBe(before + after);
      }),
    );
  });

  it('C6: the verdict on a text does not depend on how it was cut into pieces', () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom<Way>('prefill', 'instruction'),
        (before, after, size, way) => {
          fc.pre(before.trim() !== '');
          expect(join(before, after, way, size)).toEqual(join(before, after, way, 1));
        },
      ),
    );
  });

  it('C6: shown text is never taken back', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before.trim() !== '');
        expect(join(before, after).text.startsWith(before)).toBe(true);
      }),
    );
  });

  it('W: white space is dropped once, and no more: indentation survives', () => {
    expect(join('a line that was shown to the reader,\n', '\n    indented')).toEqual({
      text: 'a line that was shown to the reader,\n    indented',
      how: 'open',
    });
    expect(join('a line that was shown to the reader, ', ' and more').text).toBe('a line that was shown to the reader, and more');
    expect(join('shown so far, word for word ', ' and more', 'prefill').text).toBe('shown so far, word for word and more');
  });

  it('holds no longer than 15 s, and no more than it must', () => {
    const joint = new Joint(anchorOf('The answer that was cut ends here, in the middle'), 'instruction');
    expect(joint.take('Well', 0)).toEqual({ text: '' });
    expect(joint.take(' now', 15_001)).toBe('rejected');
    const known = anchorOf('The answer that was cut ends here, in the middle');
    expect(verdictOf(known, 'Sure', 'instruction', false)).toBe('hold');
    expect(verdictOf(known, `Sure ${'x'.repeat(300)}`, 'instruction', false)).toBe('reject');
  });

  it('(d): text that goes on is no preamble, though it repeats the end of what was shown later', () => {
    const code = 'function next(value) {\n  if (!value)\n    return value';
    expect(join(code, ' + 1;\n    return value - 1;\n}').text).toBe(`${code} + 1;\n    return value - 1;\n}`);
    const list = 'What to do first, step by step:\n- Open the second file';
    expect(join(list, ' and read\n- Open the second file again, and close it').text).toBe(
      `${list} and read\n- Open the second file again, and close it`,
    );
    expect(join('to be or', ' not to be; to be or not, that is it').text).toBe('to be or not to be; to be or not, that is it');
  });

  it('(a), (d): an anchor of a few characters is known at the very start alone', () => {
    for (const [shown, other] of [
      ['In', 'Maybe the answer is: Interest rates went up.'],
      ['I', 'Let me see: In short, the sky is green.'],
    ] as const)
      expect(join(shown, other)).toEqual({ text: shown, how: 'rejected' });
  });

  it('(d): brackets that were repeated with the anchor go too', () => {
    const shown = 'six, seven, and after that eight and nine,';
    const { anchor } = anchorOf(shown);
    expect(join(shown, `Continuing: ⟦${anchor}⟧ ten.`).text).toBe(`${shown} ten.`);
  });

  it('what says again only what was shown has not gone on', () => {
    expect(join('Then they laughed: ha ha ha ha ha ha', 'ha ha')).toMatchObject({ how: 'rejected' });
  });

  it('(b) outranks (c): a restart behind a space is a restart', () => {
    const shown = 'very long words here A very long words ';
    expect(join(shown, ` ${shown}here, and the end`).text).toBe(`${shown}here, and the end`);
  });

  it('a long restart is followed piece by piece, and joined where it goes on', () => {
    const shown = Array.from({ length: 4000 }, (_, n) => `word ${n},`).join(' ');
    expect(join(shown, `${shown} and the end.`, 'instruction', 5)).toEqual({ text: `${shown} and the end.`, how: 'restart' });
    const other = `${shown.slice(0, 20_000)} but then something else came to pass, and nobody could join it`;
    expect(join(shown, other, 'instruction', 5)).toEqual({ text: shown, how: 'rejected' });
  });

  it('a stop sequence that begins in the anchor ends the answer where its provider cut it', () => {
    const shown = 'Counting up to a mark: alpha beta gamma #';
    const joint = new Joint(anchorOf(shown), 'instruction');
    const { anchor } = anchorOf(shown);
    joint.take(anchor.slice(0, -1), 0);
    expect(joint.end(false, ['##'])).toEqual({ text: '' });
    const cut = new Joint(anchorOf(shown), 'instruction');
    cut.take(anchor.slice(0, -1), 0);
    expect(cut.end(false, ['END'])).toBe('rejected');
  });
});
