import { agentRuntime, memorySessions, type Tool } from '@holdfast/agent';
import { systemClock, systemNewId, type ModelOptions } from '@holdfast/core/engine';
import { secondTarget, texts, type Checked, type LabProviderOptions } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { APIS, ask, httpScene, TOOLS, type Api, type HttpScene, type Place } from './http-scene.ts';

const TEXT = texts.plain;
const CHECKED: Checked = { signedCalls: true, thinking: 'budget', roles: 'strict' };
const PAIRS = APIS.flatMap((east) => APIS.filter((west) => west !== east).map((west) => [east, west] as const));

const lookup = (cleared: () => Promise<unknown>): Tool => ({
  name: 'lookup',
  description: 'looks something up',
  parameters: { type: 'object', properties: { query: { type: 'string' } } },
  readOnly: true,
  idempotent: true,
  sequential: false,
  touches: async () => ({ reads: [], writes: [] }),
  prepare: async () => ({
    run: async () => {
      await cleared();
      return { output: 'found', failed: false };
    },
    drop: () => {},
  }),
});

const TURNS = 7;

/** Thinks and asks for two things at a time, and answers when it has asked often enough. */
const script: NonNullable<LabProviderOptions['script']> = ({ turns, provider, nth }) => {
  const asked = turns.filter(({ role }) => role === 'assistant').length;
  if (asked >= TURNS) return { text: TEXT };
  const calls = ['a', 'b'].map((query) => ({ name: 'lookup', args: { query: `${query}${asked}` } }));
  return { reasoning: `thought of ${provider}`, text: nth % 2 ? 'Let me look.' : '', toolCalls: calls };
};

/** A provider whose every second answer fails. */
const moody = (api: Api, name: string): Place => ({
  api,
  script,
  checked: CHECKED,
  // The roles of a server that is known to be strict by its model's name.
  ...(api === 'openai' || api === 'openai-compatible'
    ? { target: { model: 'mistral-small-2506' } }
    : api === 'google'
      ? { target: { model: 'gemini-4-pro' } }
      : {}),
  outage: [2, 4, 6, 8].map((from) => ({ target: name, fault: { do: 'status' as const, status: 503 }, from, times: 1 })),
});

async function run(on: HttpScene): Promise<string> {
  const cleared = async () => Promise.all(['endpoint:east', 'endpoint:west'].map((scope) => on.health.clear(scope)));
  const runtime = agentRuntime({
    agent: { name: 'lab', file: '/lab.yaml', instruction: 'Look things up.', cwd: '/' },
    tools: [lookup(cleared)],
    model: on.model,
    permit: () => ({ do: 'run' }),
    store: memorySessions(),
    clock: systemClock,
    newId: systemNewId,
    identity: { self: () => ({ pid: process.pid, started: '0', boot: '0' }), alive: () => true },
    redact: (data) => data,
    reap: async () => false,
    attended: false,
  });
  const { why, failure } = await (await runtime.start({ prompt: 'Find it.' })).done;
  await runtime.close();
  return failure ? `${why}: ${failure.message}` : why;
}

describe('a run of an agent that moves at every second answer', () => {
  it.each(PAIRS)('%s and %s: nobody refuses anything, and both are asked again', async (east, west) => {
    await using on = await httpScene({ east: moody(east, 'east'), west: moody(west, 'west') }, { retries: 0 });
    expect(await run(on)).toBe('done');
    const { requests: first } = on.providers['east']!;
    const { requests: second } = on.providers['west']!;
    for (const { status, fault } of [...first, ...second]) expect([status, fault?.do]).toEqual(fault ? [503, 'status'] : [200, undefined]);
    expect(first.filter(({ status }) => status === 200).length).toBeGreaterThan(2);
    expect(second.filter(({ status }) => status === 200).length).toBeGreaterThan(2);
    for (const [mine, other] of [
      [first, 'west'],
      [second, 'east'],
    ] as const)
      expect(JSON.stringify(mine.map(({ body }) => body))).not.toContain(`thought of ${other}`);
    await on.over();
  });
});

const CALLED: ModelOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'go' }] },
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'call_0', toolName: 'lookup', input: { query: 'x' } }] },
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'call_0', toolName: 'lookup', output: { type: 'text', value: 'y' } }] },
];

describe('an answer that another model goes on with', () => {
  it.each(PAIRS)('%s, then %s: the request for the rest is one that the second takes', async (east, west) => {
    const script = secondTarget(TEXT, 'repeats-anchor');
    const places = {
      east: { api: east, script: { text: TEXT }, fault: { do: 'cut' as const } },
      west: { ...moody(west, 'west'), outage: [], script },
    };
    await using on = await httpScene(places, { onPartial: 'continue', retries: 0 });
    expect(await ask(on, 'stream', { prompt: CALLED, tools: TOOLS })).toMatchObject({
      text: TEXT,
      finish: 'stop',
      withdrawn: 0,
      record: { target: 'west/small-1' },
    });
    expect(on.providers['west']!.requests.map(({ status }) => status)).toEqual([200]);
    await on.over();
  });

  it.each<[Api, string]>([
    ['anthropic', 'claude-sonnet-4-5'],
    ['google', 'gemini-2.5-pro'],
  ])('%s goes on from a beginning of its own turn, and nothing is put behind it', async (api, model) => {
    const places = {
      east: { api: 'openai' as const, script: { text: TEXT }, fault: { do: 'cut' as const } },
      west: { api, target: { model }, script: secondTarget(TEXT, 'goes-on'), checked: { prefill: true } },
    };
    await using on = await httpScene(places, { onPartial: 'continue', retries: 0 });
    expect(await ask(on)).toMatchObject({ text: TEXT, finish: 'stop', record: { target: 'west/small-1' } });
    expect(on.providers['west']!.requests[0]!.facts!.turns.at(-1)!.role).toBe('assistant');
    await on.over();
  });
});
