import type { EventRow, RunEvent, SessionHead } from '@holdfast/agent';
import type { ScopeBelief } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { healthLines } from './health-table.ts';
import { sessionLines, shortIds, transcriptLines } from './session-table.ts';

const NOW = 1_000_000_000;
const clock = (at: number): string => `@${(at - NOW) / 1000}`;
const rest = {
  since: NOW,
  until: NOW + 90_000,
  probeAt: NOW + 90_000,
  told: false,
  byHand: false,
  strikes: 2,
  why: { kind: 'overload', status: 529 },
};
const belief = (what: object): ScopeBelief => ({
  scope: 'endpoint:east/small-1',
  belief: { tag: 'resting', ...rest, ...what } as ScopeBelief['belief'],
});

describe('health', () => {
  it.each([
    ['a guess', {}, /resting \(guess\) +overload 529 +@90 \(in 1 min 30 s\) +2$/],
    ['told', { told: true }, /resting \(told\) /],
    ['by hand', { told: true, byHand: true }, /by hand /],
    ['a long hint is probed', { told: true, until: NOW + 7_200_000, probeAt: NOW + 600_000 }, /@7200 \(in 2 h, probed in 10 min\)/],
    ['its probe is due', { told: true, until: NOW + 7_200_000, probeAt: NOW - 1 }, /\(in 2 h, probed now\)/],
    ['its time is over', { until: NOW, probeAt: NOW }, /probe due +overload 529 +now +2$/],
    ['under a probe', { tag: 'probing', lease: { id: 'l', owner: 'o', until: NOW } }, /probing +overload/],
    ['suspected', { tag: 'cool', suspect: { kind: 'server', prompt: 'p', at: NOW - 59_000 } }, /suspected +server +2$/],
    [
      'on its way back',
      { tag: 'cool', ramp: { from: NOW - 12_000, second: 0, taken: 0, out: [] } },
      /coming back +a probe succeeded; 50 % of a lane, whole in 18 s +2$/,
    ],
    ['a code that would steer the terminal', { why: { kind: 'quota', code: 'a\x1b[2J\nb' } }, /quota a b /],
  ])('%s', (_what, how, line) => {
    const lines = healthLines([belief(how)], NOW, clock);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(line);
  });

  it.each([
    ['cool', { tag: 'cool' }],
    ['back for good', { tag: 'cool', ramp: { from: NOW - 30_000, second: 0, taken: 0, out: [] } }],
    ['a rest by hand whose time is over', { told: true, byHand: true, until: NOW }],
    ['suspected long ago', { tag: 'cool', suspect: { kind: 'server', prompt: 'p', at: NOW - 61_000 } }],
  ])('%s is not worth a line', (_what, how) => {
    expect(healthLines([belief(how)], NOW, clock)).toEqual(['everything is usable: nothing rests']);
  });
});

describe('sessions', () => {
  it('columns are aligned and a title with line ends stays on its line', () => {
    const head = (what: object): SessionHead =>
      ({
        id: 'id-1',
        file: '/f',
        agent: 'root',
        cwd: '/',
        created: NOW,
        updated: NOW,
        title: 'One\ntwo\x1b[2J',
        events: 4,
        status: 'done',
        ...what,
      }) as SessionHead;
    expect(sessionLines([], clock)).toEqual(['no sessions yet']);
    expect(sessionLines([head({}), head({ id: 'longer-id', status: 'unfinished', events: 12 })], clock)).toEqual([
      'REF       UPDATED  STATUS      EVENTS  AGENT  TITLE',
      'id-1      @0       done        4       root   One two',
      'longer-i  @0       unfinished  12      root   One two',
    ]);
  });

  it('a ref names one session, and a row fits the window', () => {
    expect(shortIds(['aaaaaaaa-1', 'aaaaaaaa-2', 'bbbbbbbb-1'])).toEqual(['aaaaaaaa-1', 'aaaaaaaa-2', 'bbbbbbbb']);
    const head = { id: 'id-1', updated: NOW, status: 'done', events: 4, agent: 'root', title: 'word '.repeat(40) } as SessionHead;
    const lines = sessionLines([head], clock, 60);
    expect(lines[1]).toBe('id-1  @0       done    4       root   word word word word w…');
  });

  it('what a child did stands deeper, below who it is', () => {
    const of = (event: object, ...path: readonly string[]) => ({ event, path }) as unknown as EventRow;
    const rows = [
      of({ type: 'run-start', agent: 'helper', resumed: false }, 'helper@c'),
      of({ type: 'input', text: 'Look\nhere' }, 'helper@c'),
      of({ type: 'model-reply', blocks: [{ type: 'text', text: 'Found.' }], finish: 'stop' }, 'helper@c'),
      of({ type: 'agent-switch', from: 'root', to: 'writer', how: 'handoff' }),
    ];
    expect(transcriptLines(rows)).toEqual(['  ┌ helper', '  ', '  > Look\n  > here', '  ', '  Found.', '! writer goes on']);
  });

  it('a ref is told from those that are not shown, and a star is', () => {
    const head = (id: string, starred: boolean) =>
      ({ id, updated: NOW, status: 'done', events: 1, agent: 'root', title: 'T', starred }) as SessionHead;
    const all = [head('aaaaaaaa-1', true), head('aaaaaaaa-2', false)];
    expect(sessionLines(all.slice(0, 1), clock, undefined, { all })[1]).toMatch(/^aaaaaaaa-1 .* ★ T$/);
    expect(sessionLines([], clock, undefined, { empty: 'none such' })).toEqual(['none such']);
  });

  it('a transcript reads as it went', () => {
    const call = { type: 'tool-call', id: 'a', name: 'shell', input: '{"cmd":"ls"}' } as const;
    const events = [
      { type: 'run-start', agent: 'root', resumed: false },
      { type: 'input', text: 'Look\nhere' },
      { type: 'attempt-withdrawn', turn: 1, attempt: 1, target: 'a/x', kind: 'server', message: 'failing' },
      { type: 'model-reply', turn: 1, blocks: [{ type: 'reasoning', text: 'hm\nhm' }, { type: 'text', text: 'I look.\x1b[2J' }, call] },
      { type: 'question', id: 'q', about: 'approval', call, reason: 'r' },
      { type: 'answer', id: 'q', decision: 'deny', reason: 'no' },
      { type: 'question', id: 'q2', about: 'may-have-run', call, reason: 'r' },
      { type: 'tool-result', id: 'a', name: 'shell', output: 'bad\nworse', failed: true, how: 'done' },
      { type: 'notice', text: 'killed' },
      { type: 'model-reply', turn: 2, blocks: [{ type: 'text', text: 'Half' }], finish: 'content-filter' },
      { type: 'run-end', why: 'failed', failure: { kind: 'server', message: 'all failed' } },
    ] as unknown as readonly RunEvent[];
    expect(transcriptLines(events.map((event) => ({ event, path: [] as readonly string[] }) as EventRow))).toEqual([
      '',
      '> Look\n> here',
      '',
      '! a/x: failing; what it said was withdrawn',
      '  | hm',
      '  | hm',
      'I look.',
      '→ shell cmd=ls',
      '? may it run: shell cmd=ls',
      '  deny: no',
      '? it may have run before: shell cmd=ls',
      '✗ shell: bad',
      '! killed',
      'Half',
      "! the answer was cut by the provider's content filter",
      '! failed: all failed',
    ]);
  });
});
