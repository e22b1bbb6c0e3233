import type { Fault } from '../outage.ts';
import { body, errorJson, firstHalf, JSON_HEAD, type Ask, type Delivery } from './plan-delivery.ts';
import { hollow } from './plan-stream.ts';
import type { Made } from './protocol.ts';
import { withCalls } from './sample-call.ts';

/** The same faults for an answer in one piece: what comes before content is an error, what comes after is half a body. */
export function planWhole(made: Made, fault: Fault | undefined, ask: Ask): Delivery {
  const calls = fault?.do === 'half-call' || fault?.do === 'call-then-break' ? withCalls(made, ask.facts.tools, 1) : made;
  const text = JSON.stringify(ask.protocol.whole(fault?.do === 'empty' ? hollow(made) : calls));
  const open = { status: 200, headers: { ...JSON_HEAD, ...fault?.headers } };
  switch (fault?.do) {
    case undefined:
      return body(200, JSON_HEAD, text);
    case 'empty':
      return body(200, open.headers, fault.body ?? text);
    case 'role-then-error':
    case 'error-event':
      return body(200, open.headers, fault.body ?? errorJson(fault, ask));
    case 'clean-end':
      return { head: open, writes: [firstHalf(text)], then: 'end' };
    case 'stall':
      return { head: open, writes: [firstHalf(text)], then: 'hang' };
    case 'bad-frame':
      return { head: open, writes: [text.slice(0, -1)], then: 'end' };
    case 'cut-after-finish':
      return { head: open, writes: [text], then: 'cut' };
    default:
      return { head: body(200, open.headers, text).head!, writes: [firstHalf(text)], then: 'cut' };
  }
}
