import type { EventRow, LiveEvent, RunEvent } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { PlainView } from './plain-view.ts';
import { Screen } from './screen.fixture.ts';
import { COLOR } from './style.ts';
import { TerminalView } from './terminal-view.ts';

type Path = readonly string[];
const HELPER = ['helper@c1'];
const row = (event: object, path: Path = []): EventRow => ({
  session: 's',
  seq: 1,
  version: 1,
  at: 0,
  run: 'r',
  path,
  event: event as RunEvent,
});
const live = (text: string, path: Path = [], attempt = 'r:1.1'): LiveEvent => ({
  session: 's',
  run: 'r',
  path,
  turn: Number(/:(\d+)\./.exec(attempt)![1]),
  attempt,
  type: 'text',
  text,
});
const reply = (text: string, path: Path = []) =>
  row({ type: 'model-reply', turn: 1, blocks: [{ type: 'text', text }], finish: 'stop', origin: {}, usage: {}, call: 'c' }, path);
const call = (event: object): CallEvent => ({ call: 'k', at: 0, target: 'east/a', ...event }) as CallEvent;

function open(columns = 60) {
  const screen = new Screen(columns, 20);
  const view = new TerminalView({ style: COLOR, columns, rows: 20 });
  return { screen, view, show: (...pieces: readonly string[]) => pieces.forEach((piece) => screen.write(piece)) };
}

describe('a team on a terminal', () => {
  it('T4: a child is indented and named on each line, with one line for its start and its end', () => {
    const { screen, view, show } = open();
    const task = { kind: 'transfer', call: 'c1', task: 'Find\nit' };
    show(
      view.live(live('I ask.')),
      view.row(reply('I ask.')),
      view.row(row({ type: 'run-start', agent: 'helper', resumed: false, task }, HELPER)),
      view.row(row({ type: 'input', text: 'Find it', system: true, hidden: true }, HELPER)),
      view.live(live('One\ntw', HELPER)),
      view.live(live('o.', HELPER)),
      view.row(reply('One\ntwo.', HELPER)),
      view.row(row({ type: 'tool-start', id: 'x', name: 'shell' }, HELPER)),
      view.live({ session: 's', run: 'r', path: HELPER, type: 'tool-output', call: 'x', text: 'out\n' }),
      view.row(row({ type: 'tool-result', id: 'x', name: 'shell', output: 'out', failed: false, how: 'done' }, HELPER)),
      view.row(row({ type: 'run-end', why: 'failed', failure: { kind: 'x', message: 'no' } }, HELPER)),
    );
    expect(screen.text.split('\n')).toEqual([
      'I ask.',
      '  ⤷ helper works on: Find it',
      '  helper │ One',
      '  helper │ two.',
      '  helper → shell',
      '  helper   ┆ out',
      '  helper ✓ shell: out',
      '  ⤶ helper failed: no',
    ]);
  });

  it('S1: two that speak at once are heard one after the other', () => {
    const { screen, view, show } = open();
    const other = ['other@c2'];
    show(
      view.live(live('a1 ', HELPER)),
      view.live(live('b1 ', other)),
      view.live(live('a2', HELPER)),
      view.live(live('b2', other)),
      view.row(reply('b1 b2', other)),
      view.row(row({ type: 'run-end', why: 'done' }, other)),
      view.row(reply('a1 a2', HELPER)),
      view.row(row({ type: 'run-end', why: 'done' }, HELPER)),
    );
    expect(screen.text.split('\n')).toEqual(['  helper │ a1 a2', '  other │ b1 b2', '  ⤶ other is done', '  ⤶ helper is done']);
  });

  it('S2: the agent above speaks at once; what a child says meanwhile is kept', () => {
    const { screen, view, show } = open();
    show(
      view.live(live('slow', HELPER)),
      view.row(row({ type: 'notice', text: 'look here' })),
      view.live(live('I go on.')),
      view.live(live(' more', HELPER)),
      view.row(reply('I go on.')),
      view.row(reply('slow more', HELPER)),
    );
    expect(screen.text.split('\n')).toEqual(['  helper │ slow', '! look here', 'I go on.', '  helper │  more']);
  });

  it('S3: what is withdrawn while it waits is never shown; what was torn apart is said to be void', () => {
    const { screen, view, show } = open();
    const start = { type: 'call-start', chain: 'root', targets: [], mode: 'stream', session: `s/${HELPER[0]}` };
    const gone = { type: 'withdrawn', attempt: 1, failure: { kind: 'server', message: 'failing' } };
    const withdrawn: LiveEvent = {
      session: 's',
      run: 'r',
      path: HELPER,
      turn: 1,
      attempt: 'r:1.1',
      type: 'withdrawn',
      kind: 'server',
      message: '',
    };
    show(
      view.live(live('Root.')),
      view.call(call(start)),
      view.live(live('never seen', HELPER)),
      view.call(call(gone)),
      view.live(withdrawn),
      view.live(live('instead', HELPER, 'r:1.2')),
      view.row(reply('Root.')),
      view.row(reply('instead', HELPER)),
    );
    expect(screen.text.split('\n')).toEqual(['Root.', '  helper │ instead']);
    show(
      view.live(live('torn', HELPER, 'r:2.1')),
      view.live(live('Root again.', [], 'r:2.1')),
      view.row(reply('Root again.')),
      view.call(call(gone)),
    );
    expect(screen.text.split('\n').slice(2)).toEqual(['  helper │ torn', 'Root again.', '  helper ↑ what helper said before this is void']);
  });

  it('T1: a line that is typed in the middle of an answer parts it: nothing above is struck in place', () => {
    const { screen, view, show } = open();
    show(view.live(live('Half an ans')), '\n');
    view.parted();
    show(
      '» typed\n',
      view.live(live('wer')),
      view.call(call({ type: 'withdrawn', attempt: 1, failure: { kind: 'server', message: 'x' } })),
    );
    expect(screen.struck).toBe('wer');
    expect(screen.text.split('\n')).toEqual(['Half an ans', '» typed', 'wer', '↑ what it said before this is void']);
  });

  it('handoffs, models, summaries, limits and warnings have a line each', () => {
    const { screen, view, show } = open(120);
    const events: readonly object[] = [
      { type: 'agent-switch', from: 'root', to: 'writer', how: 'handoff' },
      { type: 'agent-switch', from: 'writer', to: 'root', how: 'user' },
      { type: 'model-choice', agent: 'root', ref: 'west/b', lasts: 'session' },
      { type: 'model-choice', agent: 'root', lasts: 'session' },
      { type: 'compaction', why: 'threshold', summary: 's', keep: 3 },
      { type: 'limit-raised', limit: 'iterations', to: 13 },
      { type: 'limit-raised', limit: 'usd', to: 13 },
      { type: 'loop-warning', text: 'told' },
      { type: 'tools-added', names: ['a', 'b'] },
    ];
    show(...events.map((event) => view.row(row(event))));
    expect(screen.text.split('\n')).toEqual([
      '· root hands over to writer',
      '· root answers from here on',
      '· root is asked with west/b from here on',
      '· root is asked with its own model again',
      '· the context is nearly full; the conversation is summarised, its newest 3 messages kept word for word',
      '· it may go on, up to 13 model calls',
      '· it may go on past its usd limit',
      '! it goes in circles, and was told so; once more and the run is stopped',
      '· it has more tools now: a, b',
    ]);
    const plain = new PlainView();
    expect(events.flatMap((event) => plain.row(row(event)))).toHaveLength(events.length);
  });

  it('who answers while a model rests is said once, and so is the rest', () => {
    const { screen, view, show } = open(100);
    const ask = (skipped: boolean, target: string, id: string) => [
      view.call(call({ type: 'call-start', chain: 'root', targets: [], mode: 'stream', call: id })),
      ...(skipped ? [view.call(call({ type: 'skip', reason: 'resting', until: 60_000, why: { kind: 'overload' }, call: id }))] : []),
      view.call(call({ type: 'attempt-commit', attempt: 1, target, ms: 1, call: id })),
    ];
    show(...ask(true, 'west/b', '1'), ...ask(true, 'west/b', '2'), ...ask(false, 'east/a', '3'), ...ask(false, 'east/a', '4'));
    expect(screen.text.split('\n')).toEqual([
      expect.stringMatching(/^! east\/a passed over: .*for another 1 min$/),
      '· west/b answers instead of east/a',
      '· east/a answers',
    ]);
  });

  it('what was typed here is not shown again; what came from elsewhere is', () => {
    const { screen, view, show } = open();
    view.typed('mine');
    show(view.row(row({ type: 'input', text: 'mine\n', item: 'a' })), view.row(row({ type: 'input', text: 'mine', item: 'b' })));
    expect(screen.text).toBe('» mine');
  });

  it('where nobody watches a child’s lines begin with its name', () => {
    const view = new PlainView();
    const lines = [
      row({ type: 'run-start', agent: 'helper', resumed: true, task: { kind: 'background', call: 'c', task: 'Find' } }, HELPER),
      row({ type: 'tool-start', id: 'x', name: 'shell' }, HELPER),
      row({ type: 'run-end', why: 'done' }, HELPER),
    ].flatMap((one) => view.row(one).map(({ text }) => text));
    expect(lines).toEqual(['helper goes on; it works in the background on: Find', 'helper: tool shell', 'helper is done']);
  });
});
