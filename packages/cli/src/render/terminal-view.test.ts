import type { EventRow, LiveEvent, RunEvent } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Screen } from './screen.fixture.ts';
import { COLOR, PLAIN } from './style.ts';
import { TerminalView } from './terminal-view.ts';

const of = { session: 's', run: 'r', path: [], turn: 1, attempt: 'r:1.1' };
const live = (text: string, type: 'text' | 'reasoning' = 'text'): LiveEvent => ({ ...of, type, text });
const row = (event: RunEvent): EventRow => ({ session: 's', seq: 1, version: 1, at: 0, run: 'r', path: [], event });
const withdrawn: CallEvent = {
  call: 'c',
  at: 0,
  type: 'withdrawn',
  attempt: 1,
  target: 'east/small-1',
  failure: { kind: 'server', message: 'failing' },
};
const again: CallEvent = { ...withdrawn, type: 'pause', ms: 0, tries: 1, of: 2 } as CallEvent;
/** The break, and what follows it: one line for both. */
const gone = (view: TerminalView): string => view.call(withdrawn) + view.call(again);
const LINE = '! east/small-1 broke in mid-answer (failing); what it said is withdrawn; trying again at once (1 of 2)';
const second = { turn: 2, attempt: 'r:2.1' } as const;
const reply = (text: string): EventRow =>
  row({ type: 'model-reply', turn: 1, blocks: [{ type: 'text', text }], finish: 'stop', origin: {} as never, usage: {}, call: 'c' });

function open(columns = 20, rows = 10, style = COLOR) {
  const screen = new Screen(columns, rows);
  const view = new TerminalView({ style, columns, rows });
  return { screen, show: (...pieces: readonly string[]) => pieces.forEach((piece) => screen.write(piece)), view };
}

const bare = (text: string): string => text.replace(/\s/g, '');

describe('T1: what is withdrawn is visibly struck where it stands', () => {
  it.each([
    ['one line', 'The answer is'],
    ['two lines', 'The answer\nis forty'],
    ['a line end last', 'The answer is\n'],
    ['a row exactly full', 'x'.repeat(20)],
    ['two rows exactly full', 'x'.repeat(40)],
    ['one column more than a row', 'x'.repeat(21)],
    ['wide characters that wrap early', `a${'雪'.repeat(25)}`],
    ['emoji', '👍🏽 done 👩‍👩‍👧 twice, and 🇫🇷 too'],
    ['marks that take no column', 'ae\u0301i'.repeat(9)],
    ['tabs', 'a\tb\tc\td\te'],
    ['blank lines between', 'one\n\n\ntwo'],
  ])('%s', (_name, text) => {
    const { screen, show, view } = open();
    show('before\n', view.live(live(text)), gone(view));
    expect(screen.struck).toBe(bare(text));
    expect(screen.plain).toBe(bare(`before${LINE}`));
    expect(screen.text.startsWith('before\n')).toBe(true);
  });

  it('any text in any pieces on any window: all of it is struck and nothing else, or it is said to be void', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('word ', 'a', '雪', '雪山', '\n', '\t', '👍', 'x'.repeat(7), ' '), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 2, max: 12 }),
        (pieces, columns, rows) => {
          const { screen, show, view } = open(columns, rows);
          show('before\n', ...pieces.map((piece) => view.live(live(piece))), gone(view));
          const text = pieces.join('');
          const isVoid = screen.plain.includes('void');
          if (!isVoid) expect(screen.struck).toBe(bare(text));
          expect(screen.plain.replace(/↑.*void/, '')).toBe(bare(`before${isVoid ? text : ''}${LINE}`));
          show(view.live(live('again')));
          expect(bare(screen.text).endsWith('again')).toBe(true);
        },
      ),
      { numRuns: 500 },
    ));

  it('taller than the screen: said to be void, and how much', () => {
    const { screen, show, view } = open(20, 4);
    show(view.live(live('1\n2\n3\n4\n5')), gone(view));
    expect(screen.text).toBe(
      `1\n2\n3\n4\n5\n↑ the 5 lines above\nare void\n${LINE.replace(/(.{20})/g, '$1\n').replace(/ +\n/g, '\n')}`.trimEnd(),
    );
    expect(screen.struck).toBe('');
  });

  it('without styles the cursor stays where it is, and the line is said to be void', () => {
    const { view } = open(20, 10, PLAIN);
    view.live(live('The answer'));
    expect(gone(view)).toBe(`\n↑ the line above is void\n${LINE}\n`);
  });

  it('the break alone strikes: its line comes with what follows', () => {
    const { screen, show, view } = open();
    show(view.live(live('The answer')), view.call(withdrawn));
    expect([screen.struck, screen.plain]).toEqual(['Theanswer', '']);
  });

  it('nothing was shown: nothing is struck', () => {
    const { view } = open();
    expect(gone(view)).toBe(`${COLOR.yellow(LINE)}\n`);
  });

  it('what stood in the answer before stays, also after a second withdrawal', () => {
    const { screen, show, view } = open(40);
    show(view.live(live('First ')), gone(view), view.live(live('Second ')), gone(view), view.live(live('Third.')));
    show(view.row(reply('Third.')));
    expect(screen.struck).toBe('FirstSecond');
    expect(screen.text.split('\n').at(-1)).toBe('Third.');
  });
});

describe('T2: a line of its own never lands in the middle of streamed text', () => {
  it('tool lines, notices, failures and the end begin lines of their own', () => {
    const { screen, show, view } = open(100);
    const call = { type: 'tool-call', id: 'a', name: 'shell', input: '{"cmd":"ls"}' } as const;
    const asked: RunEvent = {
      type: 'model-reply',
      turn: 1,
      blocks: [{ type: 'text', text: 'Let me look.' }, call],
      finish: 'tool-calls',
      origin: {} as never,
      usage: {},
      call: 'c',
    };
    show(
      view.live(live('hm', 'reasoning')),
      view.live(live('Let me look.')),
      view.row(row(asked)),
      view.row(row({ type: 'tool-start', id: 'a', name: 'shell' })),
      view.row(row({ type: 'tool-result', id: 'a', name: 'shell', output: 'a\nb\n[exit code 0]', failed: false, how: 'done' })),
      view.live({ ...live('Half'), ...second }),
      view.notice('something else happened'),
      view.live({ ...live('Two files.'), ...second }),
      view.row(reply('Two files.')),
      view.row(row({ type: 'run-end', why: 'out-of-turns' })),
    );
    expect(screen.text.split('\n')).toEqual([
      'hm',
      'Let me look.',
      '→ shell cmd=ls',
      '✓ shell: 3 lines',
      'Half',
      '! something else happened',
      'Two files.',
      'stopped: the limit of turns (max_iterations) is reached',
    ]);
  });

  it('an answer that was cut is said to be, also where none of it was shown', () => {
    const { screen, show, view } = open(120);
    const cut = reply('Half an');
    show(view.live(live('Half an')), view.row({ ...cut, event: { ...cut.event, finish: 'length' } as RunEvent }));
    show(view.row({ ...cut, event: { ...cut.event, finish: 'content-filter' } as RunEvent }));
    expect(screen.text.split('\n')).toEqual([
      'Half an',
      expect.stringMatching(/^! the answer was cut: .*max_tokens/),
      'Half an',
      expect.stringMatching(/^! the answer was cut .*content filter/),
    ]);
  });

  it('a call from before this run keeps its arguments', () => {
    const { view } = open(120);
    const call = { type: 'tool-call', id: 'a', name: 'shell', input: '{"cmd":"ls"}' } as const;
    view.known(row({ type: 'model-reply', turn: 1, blocks: [call], finish: 'tool-calls', origin: {} as never, usage: {}, call: 'c' }));
    expect(view.row(row({ type: 'tool-start', id: 'a', name: 'shell' }))).toContain('→ shell cmd=ls');
  });

  it('lines of ours are wrapped at words and hang below their mark; text of the model is left to the terminal', () => {
    const { screen, show, view } = open(40);
    const message = 'no model could answer: east/small-1: the request was not accepted ("too spicy")';
    show(view.live(live('word '.repeat(12))), view.notice('something else happened in the meantime, and more'));
    show(view.row(row({ type: 'run-end', why: 'failed', failure: { kind: 'bad-request', message } })));
    expect(screen.text.split('\n')).toEqual([
      'word word word word word word word word',
      'word word word word',
      '! something else happened in the',
      '  meantime, and more',
      'failed: no model could answer:',
      '  east/small-1: the request was not',
      '  accepted ("too spicy")',
    ]);
  });

  it('an answer that did not come in pieces is shown whole, one that did is not shown twice', () => {
    const { screen, show, view } = open();
    show(view.row(reply('Whole.')), view.live(live('In pieces.')), view.row(reply('In pieces.')));
    expect(screen.text).toBe('Whole.\nIn pieces.');
  });
});

describe('T3: text from models and tools cannot steer the terminal', () => {
  const EVIL = '\x1b[2J\x1b]0;title\x07\x9b31mred\r\x08\x7f\x1bc\u202e\u2066end';

  it('in text, in pieces cut anywhere, in names, arguments, results, failures and notices', () => {
    for (let at = 1; at < EVIL.length; at++) {
      const { screen, show, view } = open(200);
      // The screen throws at what it does not know.
      show(view.live(live(EVIL.slice(0, at))), view.live(live(EVIL.slice(at))), view.call(withdrawn));
      expect(screen.plain + screen.struck).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }
    const { show, view } = open(200);
    const call = { type: 'tool-call', id: 'a', name: `shell${EVIL}`, input: JSON.stringify({ [`k${EVIL}`]: EVIL }) } as const;
    const asked: RunEvent = {
      type: 'model-reply',
      turn: 1,
      blocks: [{ type: 'text', text: EVIL }, call],
      finish: 'stop',
      origin: {} as never,
      usage: {},
      call: 'c',
    };
    show(
      view.row(row(asked)),
      view.row(row({ type: 'tool-start', id: 'a', name: call.name })),
      view.row(row({ type: 'tool-result', id: 'a', name: call.name, output: EVIL, failed: true, how: 'done' })),
      view.row(row({ type: 'notice', text: EVIL })),
      view.call({ ...withdrawn, failure: { kind: 'server', message: EVIL } } as CallEvent),
      view.call({ ...again, failure: { kind: 'auth', message: EVIL, detail: EVIL } } as CallEvent),
      view.call({ ...again, failure: { kind: 'auth', message: EVIL, detail: EVIL } } as CallEvent),
      view.row(row({ type: 'run-end', why: 'failed', failure: { kind: 'server', message: EVIL } })),
    );
  });

  it('a name with a line end makes no line of its own', () => {
    const { view } = open(200);
    const name = 'x\n? shell cmd=ls';
    const said =
      view.row(row({ type: 'tool-start', id: 'a', name })) +
      view.row(row({ type: 'tool-result', id: 'a', name, output: 'x', failed: true, how: 'refused' }));
    expect(said.split('\n')).toHaveLength(3);
  });
});

describe('T5: an answer is shown whole and once', () => {
  it('in any order of its pieces and its row', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'word ', '雪'), { minLength: 1, maxLength: 12 }), fc.nat(12), (pieces, at) => {
        const { screen, show, view } = open(40, 30);
        const early = pieces.slice(0, at);
        show(...early.map((piece) => view.live(live(piece))), view.row(reply(pieces.join(''))));
        show(...pieces.slice(at).map((piece) => view.live(live(piece))));
        expect(screen.plain).toBe(bare(pieces.join('')));
        show(view.live({ ...of, turn: 2, type: 'text', text: 'next' }));
        expect(screen.plain).toBe(bare(`${pieces.join('')}next`));
      }),
    ));
});
