/** What is felt beside the step: how a long session opens, what fifty runs at once do to the event loop, tools side by side. */
import { memorySessions, type RunEvent } from '@holdfast/agent';
import { holdfast } from '@holdfast/core';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { report, type Figure } from '../figure.ts';
import { median, msOf } from '../measure.ts';
import { lookTool, steppingModel } from './model.ts';
import { runtimeOver, sqliteSessions } from './ours.ts';

const EVENTS = 10_000;
const AT = 1_790_000_000_000;
const RUNS = 50;
const STEPS = 20;
const RESOLUTION_MS = 5;
const TOOLS = 8;

/** Like a real one: a reply of 600 characters with a call, its start, a result of 900. */
function conversation(): readonly RunEvent[] {
  const events: RunEvent[] = [
    { type: 'run-start', agent: 'bench', resumed: false },
    { type: 'input', text: 'Look everywhere.' },
  ];
  const origin = { place: 0, ref: 'bench/one', entry: 'bench', protocol: 'openai-chat', model: 'one', account: 'a' };
  for (let n = 0; events.length + 3 < EVENTS; n++) {
    const call = { id: `call-${n}`, name: 'look', input: `{"at":${n}}` };
    const blocks = [{ type: 'text', text: `${n} `.padEnd(600, 'what a model said; ') } as const, { type: 'tool-call', ...call } as const];
    events.push(
      { type: 'model-reply', turn: n + 1, blocks, finish: 'tool-calls', origin, usage: { input: 100, output: 50 }, call: `m${n}` },
      { type: 'tool-start', id: call.id, name: call.name },
      { type: 'tool-result', id: call.id, name: call.name, output: `${n} `.padEnd(900, 'what a tool said; '), failed: false, how: 'done' },
    );
  }
  while (events.length < EVENTS) events.push({ type: 'notice', text: 'the end' });
  return events;
}

/** Ms from a runtime that has just been made to the state of the session. */
async function opened(): Promise<number> {
  const { store, close } = await sqliteSessions();
  await store.create({ id: 'long', file: '/bench/agent.yaml', agent: 'bench', cwd: '/bench', at: AT });
  const entries = conversation().map((event) => ({ event, run: 'r', path: [] }));
  for (let after = 0; after < EVENTS; after += 500) await store.append('long', after, entries.slice(after, after + 500), AT);
  const each: number[] = [];
  for (let nth = 0; nth < 15; nth++)
    each.push(
      await msOf(async () => {
        const { transcript } = await runtimeOver(store, steppingModel(1)).state('long');
        if (transcript.length < EVENTS / 2) throw new Error('the conversation did not come back');
      }),
    );
  await close();
  return median(each.slice(3));
}

/** The longest that the event loop was held up, in ms, while many runs work, each over a chain, with tools that wait a moment. */
async function stall(): Promise<number> {
  const { store, close } = await sqliteSessions();
  const tool = lookTool(() => new Promise((resolve) => setTimeout(resolve, 1)));
  const all = () =>
    Promise.all(
      Array.from({ length: RUNS }, async () => {
        const runtime = runtimeOver(store, holdfast({ models: [steppingModel(STEPS)] }), tool);
        const { why } = await (await runtime.start({ prompt: 'Go.' })).done;
        if (why !== 'done') throw new Error(`a run ended with ${why}`);
      }),
    );
  await all();
  const worst: number[] = [];
  for (let nth = 0; nth < 5; nth++) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    await all();
    delay.disable();
    worst.push(delay.max / 1e6 - RESOLUTION_MS);
  }
  await close();
  return median(worst);
}

/** Seconds of a run whose one reply calls tools that take a second each. */
async function sideBySide(): Promise<number> {
  const store = memorySessions();
  const runtime = runtimeOver(
    store,
    steppingModel(2, () => {}, TOOLS),
    lookTool(() => new Promise((resolve) => setTimeout(resolve, 1000))),
  );
  const ms = await msOf(async () => (await runtime.start({ prompt: 'Go.' })).done);
  await store.close();
  return ms / 1000;
}

const most = (value: number) => ({ value, sense: 'at most' as const });
report([
  { what: `a session of ${EVENTS.toLocaleString('en')} events opens`, value: await opened(), unit: 'ms', target: most(80) },
  { what: `${RUNS} runs at once with tools, longest stall`, value: await stall(), unit: 'ms', target: most(50) },
  { what: `${TOOLS} tools of 1 s each in one batch`, value: await sideBySide(), unit: 's', target: most(1.1) },
] satisfies Figure[]);
