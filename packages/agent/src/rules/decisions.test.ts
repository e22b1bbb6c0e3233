import { describe, expect, it } from 'vitest';
import { approvalSource, BY, byAnswer, byRule } from './decision-source.ts';
import { decisionsOf } from './decisions.ts';
import type { EventRow, RunEvent } from './events.ts';

interface Placed {
  readonly path: readonly string[];
  readonly event: RunEvent;
}

const rows = (...events: readonly (RunEvent | Placed)[]): readonly EventRow[] =>
  events.map((one, index) => ({
    session: 's',
    seq: index + 1,
    version: 1,
    at: 100 + index,
    run: 'r',
    ...('event' in one ? one : { path: [], event: one }),
  }));
const start = (id: string, by?: string): RunEvent => ({ type: 'tool-start', id, name: 'shell', ...(by !== undefined && { by }) });
const refused = (id: string, by?: string): RunEvent => ({
  type: 'tool-result',
  id,
  name: 'shell',
  output: 'no',
  failed: true,
  how: 'refused',
  ...(by !== undefined && { by }),
});
const question = (id: string, call: string): RunEvent => ({
  type: 'question',
  id,
  reason: '',
  about: 'approval',
  call: { id: call, name: 'shell', input: '{}' },
});
const seen = (...of: readonly (RunEvent | Placed)[]) => decisionsOf(rows(...of)).map(({ call, decision, by }) => [call, decision, by]);

describe('the log of decisions', () => {
  it('L1: what began was allowed, what was refused was denied, or canceled by a stop', () =>
    expect(seen(start('a', 'yolo'), refused('b', byRule('team', 'shell')), refused('c', BY.stopped), start('d', BY.readOnly))).toEqual([
      ['a', 'allow', 'yolo'],
      ['b', 'deny', 'team rule "shell"'],
      ['c', 'canceled', 'stopped'],
      ['d', 'allow', 'read-only'],
    ]));

  it('L1: an answer says who, where the event does not', () => {
    expect(seen(question('q', 'a'), { type: 'answer', id: 'q', decision: 'allow-tool' }, start('a'))).toEqual([
      ['a', 'allow', BY.userForTool],
    ]);
    expect(seen(question('q', 'a'), { type: 'answer', id: 'q', decision: 'deny' }, refused('a'))).toEqual([['a', 'deny', 'user']]);
  });

  it('L2: what nobody decided about is not in it', () => {
    const done: RunEvent = { type: 'tool-result', id: 'a', name: 'shell', output: '', failed: false, how: 'done' };
    expect(seen(refused('a'), refused('c', BY.unknownTool), refused('d', BY.wrongArguments), start('b'), done)).toEqual([]);
  });

  it('L1: the same id under another path is another call', () => {
    const log = decisionsOf(
      rows(question('q', 'a'), { type: 'answer', id: 'q', decision: 'allow' }, { path: ['child@x'], event: start('a') }, start('a')),
    );
    expect(log).toEqual([{ at: 103, path: [], call: 'a', tool: 'shell', decision: 'allow', by: 'user' }]);
  });
});

describe('T41: who decided, by the names hooks read', () => {
  it.each([
    ['allow', BY.yolo, 'yolo'],
    ['allow', byRule('session', 'x'), 'session_permissions_allow'],
    ['deny', byRule('session', 'x'), 'session_permissions_deny'],
    ['allow', byRule('user', 'x'), 'team_permissions_allow'],
    ['deny', byRule('team', 'x'), 'team_permissions_deny'],
    ['allow', BY.readOnly, 'readonly_hint'],
    ['allow', byAnswer('allow'), 'user_approved'],
    ['allow', byAnswer('allow-session'), 'user_approved_session'],
    ['allow', byAnswer('allow-tool'), 'user_approved_tool'],
    ['deny', byAnswer('deny'), 'user_rejected'],
    ['canceled', BY.stopped, 'context_canceled'],
    ['allow', BY.hook, 'pre_tool_use_hook_allow'],
    ['deny', BY.hook, 'pre_tool_use_hook_deny'],
    ['deny', BY.permissionHook, 'permission_request_hook_deny'],
    ['deny', BY.nobody, 'non_interactive_deny'],
    ['deny', BY.readOnlyMode, 'read_only_mode'],
  ] as const)('%s by %s is %s', (decision, by, source) => expect(approvalSource(decision, by)).toBe(source));
});
