/** Every fault through one gateway. */
import { secondTarget, texts, type Fault } from '@holdfast/lab';
import { labOf } from '../../packages/lab/test/vendor-models.ts';
import { bodyOf, CLIENT, hear } from '../../packages/server/test/readers/index.ts';
import { eventsOf, type Heard } from '../../packages/server/test/readers/heard.ts';
import { pooled } from '../faults/cells.ts';
import { FRONTS, type Front, type FrontName } from './fronts.ts';
import { judge, type Outcome } from './outcome.ts';

/** Ms without an event after which a call that has not ended is said to hang. */
const HANGS_AFTER = 3000;
/** Ms before each frame of the first target: in one lump, what is read and not yet sent on would be lost with the connection. */
const PACE = 2;
/** Calls at once: they wait more than they work. */
const WIDTH = 4;

/** How a fault is met: by a client that streams, and by one that does not. */
export const HOWS = ['stream', 'whole'] as const;
export type How = (typeof HOWS)[number];

interface Told {
  readonly outcome: Outcome;
  readonly heard: Heard | undefined;
  /** What the gateway printed. */
  readonly words?: string;
}

/** All that is heard of a call, or nothing if it hangs. */
async function patiently(url: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Heard | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let events = 0;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), HANGS_AFTER)));
  const until = (text: string): boolean => {
    const now = eventsOf(text).events.length;
    if (now > events) timer?.refresh();
    events = now;
    return false;
  };
  try {
    return await Promise.race([hear(url, body, { headers, until }), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(front: Front, id: string, how: How): Promise<Told> {
  const { model, headers } = front.ask(id);
  const body = bodyOf('openai-chat', { model, stream: how === 'stream' });
  const heard = await patiently(front.url, body, { ...CLIENT['openai-chat'].headers, ...headers });
  return { heard, outcome: heard ? judge(heard, texts.plain, how === 'stream') : 'hang' };
}

/** One fault, over providers and a process of its own: what one case does to a gateway, no other meets. */
async function cell(name: FrontName, fault: Fault, how: How): Promise<Told> {
  // Well, and does what it is asked: one that is told to go on goes on.
  const script = secondTarget(texts.plain, 'repeats-anchor');
  await using east = await labOf('east', 'openai', { fault, script: { text: texts.plain, delayMs: PACE } });
  await using west = await labOf('west', 'openai', { script });
  await using well = await labOf('well', 'openai');
  await using front = await FRONTS[name]({ warm: [well.url, well.url], asked: [east.url, west.url] });
  // Loads what is loaded on first use, and shows that both sides are right about a healthy answer.
  const { outcome, heard } = await ask(front, 'warm', how);
  if (outcome !== 'complete') throw new Error(`${name}, healthy targets, ${how}: ${outcome}: ${JSON.stringify(heard)}`);
  const told = await ask(front, 'asked', how);
  return { ...told, words: front.words() };
}

export type Outcomes = Readonly<Record<string, Readonly<Record<How, Outcome>>>>;

/** By fault: what came of it. `see` is shown what was heard. */
export async function through(
  name: FrontName,
  faults: Readonly<Record<string, Fault>>,
  see: (what: string, told: Told) => void,
): Promise<Outcomes> {
  const all = Object.entries(faults).flatMap(([title, fault]) => HOWS.map((how) => ({ title, fault, how })));
  const works = all.map(({ title, fault, how }) => async () => {
    const told = await cell(name, fault, how);
    see(`${name}, ${how}: ${title}`, told);
    return told.outcome;
  });
  const outcomes = await pooled(works, WIDTH);
  const of = (title: string, how: How) => outcomes[all.findIndex((one) => one.title === title && one.how === how)]!;
  return Object.fromEntries(Object.keys(faults).map((title) => [title, { stream: of(title, 'stream'), whole: of(title, 'whole') }]));
}
