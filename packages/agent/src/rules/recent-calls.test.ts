import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentCalls } from './recent-calls.ts';
import { circles } from './repeat.ts';
import type { Message } from './run-state.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const polling = (tool: string) => tool === 'view';

const calls = fc.array(fc.constantFrom('a {"x":1,"y":2}', 'a {"y":2,"x":1}', 'a {"x":2}', 'b', 'view'), { maxLength: 2 });
const turn = fc.oneof(
  { weight: 12, arbitrary: calls },
  { weight: 1, arbitrary: fc.constantFrom('said' as const, 'hidden' as const, 'summary' as const) },
);

let ids = 0;
function messagesOf(called: readonly string[]): Message[] {
  const blocks = called.map((call) => {
    const [name = '', input = ''] = call.split(' ');
    return { type: 'tool-call' as const, id: `c${++ids}`, name, input };
  });
  const results = blocks.map(({ id, name }): Message => ({ role: 'tool', id, name, output: 'same', failed: false }));
  return [{ role: 'assistant', origin: ORIGIN, finish: 'stop', blocks }, ...results];
}

describe('calls that were made before', () => {
  it('D2: no circle has none, whatever came before it, was summarised or polled', () =>
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (turns, limit) => {
        const recent = new RecentCalls();
        let [transcript, compactions]: [Message[], number] = [[{ role: 'user', text: 'go' }], 0];
        for (const one of turns) {
          if (one === 'summary')
            [transcript, compactions] = [[{ role: 'user', text: 'S', hidden: true }, ...transcript.slice(-4)], compactions + 1];
          else if (typeof one === 'string') transcript.push({ role: 'user', text: one, ...(one === 'hidden' && { hidden: true }) });
          else transcript.push(...messagesOf(one));
          const recur = recent.mayCircle({ transcript, compactions }, limit, polling);
          if (circles(transcript, { limit, polling })) expect(recur).toBe(true);
        }
      }),
      { numRuns: 300 },
    ));

  it('most turns are not looked at closely: calls that differ do not recur', () => {
    const recent = new RecentCalls();
    const transcript: Message[] = [{ role: 'user', text: 'go' }];
    for (let n = 0; n < 300; n++) {
      transcript.push(...messagesOf([`a {"x":${n}}`]));
      expect(recent.mayCircle({ transcript, compactions: 0 }, 5, polling)).toBe(false);
    }
    transcript.push(...messagesOf(['a {"x":298}']));
    expect(recent.mayCircle({ transcript, compactions: 0 }, 5, polling)).toBe(true);
  });
});
