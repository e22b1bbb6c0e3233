import type { Fault } from '../outage.ts';
import { errorFrame, firstHalf, type Ask, type Delivery } from './plan-delivery.ts';
import type { Frame, Made } from './protocol.ts';
import { withCalls } from './sample-call.ts';

export function planStream(made: Made, fault: Fault | undefined, ask: Ask): Delivery {
  const head = { status: 200, headers: { 'content-type': ask.protocol.contentType, 'cache-control': 'no-cache', ...fault?.headers } };
  if (fault?.do === 'empty' && fault.body !== undefined) return { head, writes: fault.body === '' ? [] : [fault.body], then: 'end' };
  const { frames, at, then, error } = spoil(made, fault, ask);
  const writes = frames.slice(0, at).map(({ bytes }) => bytes);
  if (fault?.do === 'bad-frame' && at < frames.length)
    return { head, writes: [...writes, garbled(frames[at]!.bytes), ...frames.slice(at + 1).map(({ bytes }) => bytes)], then };
  if (fault?.do === 'half-call' && frames[at]?.role === 'call-done') writes.push(firstHalf(frames[at].bytes));
  return { head, writes: error ? [...writes, errorFrame(fault!, ask, writes.length)] : writes, then };
}

type Spoilt = { frames: readonly Frame[]; at: number; then: Delivery['then']; error?: boolean };

/** How many of which frames are sent, and what comes then. */
function spoil(made: Made, fault: Fault | undefined, ask: Ask): Spoilt {
  const frames = ask.protocol.frames(made);
  const at = Math.min(fault?.afterFrames ?? half(frames), frames.length);
  switch (fault?.do) {
    case 'role-then-error':
      return { frames, at: frames.findIndex(({ role }) => role !== 'open' && role !== 'ping'), then: 'end', error: true };
    case 'empty':
      return all(ask.protocol.frames(hollow(made)));
    case 'reasoning-break':
      return thinking(made, ask);
    case 'error-event':
      return { frames, at, then: 'end', error: true };
    case 'cut':
      return { frames, at, then: 'cut' };
    case 'stall':
      return { frames, at, then: 'hang' };
    case 'clean-end':
    case 'bad-frame':
      return { frames, at, then: 'end' };
    case 'half-call':
      return halfCall(made, ask);
    case 'call-then-break':
      return callThenBreak(made, ask);
    case 'cut-after-finish':
      return { frames, at: frames.findIndex(({ role }) => role === 'finish') + 1, then: 'cut' };
    default:
      return all(frames);
  }
}

const all = (frames: readonly Frame[]): Spoilt => ({ frames, at: frames.length, then: 'end' });
/** The answer of a model that had nothing to say. */
export const hollow = (made: Made): Made => ({
  ...made,
  chunks: [],
  reasoning: [],
  calls: [],
  finish: 'stop',
  usage: { input: made.usage.input, output: 1 },
});

/** After about half of the visible frames; of an answer without text, of its calls. */
function half(frames: readonly Frame[]): number {
  const at = (wanted: (frame: Frame) => boolean) => frames.flatMap((frame, i) => (wanted(frame) ? [i] : []));
  const texts = at(({ role }) => role === 'text');
  const content = texts.length > 0 ? texts : at(({ role }) => role === 'call' || role === 'call-done');
  return (content[Math.ceil(content.length / 2) - 1] ?? 0) + 1;
}

function thinking(made: Made, { protocol }: Ask): Spoilt {
  const frames = protocol.frames(
    made.reasoning.length > 0 ? made : { ...made, reasoning: ['Let', ' me', ' think', ' about', ' this', ' first.'] },
  );
  const thoughts = frames.flatMap(({ role }, i) => (role === 'reasoning' ? [i] : []));
  return { frames, at: thoughts[Math.ceil(thoughts.length / 2) - 1]! + 1, then: 'cut' };
}

function halfCall(made: Made, { protocol, facts }: Ask): Spoilt {
  const frames = protocol.frames(withCalls(made, facts.tools, 1));
  const parts = frames.flatMap(({ role, call }, i) => (call === 0 && role === 'call' ? [i] : []));
  // a protocol that sends calls whole: the frame itself is cut in half
  const at = parts.length > 0 ? parts[Math.max(1, Math.ceil(parts.length / 2) - 1)]! + 1 : frames.findIndex(({ call }) => call === 0);
  return { frames, at, then: 'cut' };
}

function callThenBreak(made: Made, { protocol, facts }: Ask): Spoilt {
  const frames = protocol.frames(withCalls(made, facts.tools, 1));
  const done = frames.findIndex(({ call, role }) => call === 0 && role === 'call-done');
  if (done >= 0) return { frames, at: done + 1, then: 'cut' };
  // chat completions say that a call is complete by beginning the next one
  const two = protocol.frames(withCalls(made, facts.tools, 2));
  return { frames: two, at: two.findIndex(({ call }) => call === 1) + 1, then: 'cut' };
}

/** The frame with its payload broken off: it ends properly and does not parse. */
function garbled(bytes: string): string {
  const end = /(\r?\n)*$/.exec(bytes)![0];
  const from = bytes.lastIndexOf('data: ') + 'data: '.length;
  const payload = bytes.slice(from, bytes.length - end.length);
  return bytes.slice(0, from) + payload.slice(0, Math.ceil(payload.length * 0.6)) + end;
}
