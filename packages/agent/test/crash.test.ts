import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentRuntime } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { SessionStore } from '../src/ports.ts';
import type { RunEvent } from '../src/rules/events.ts';
import { callsOf, fold, START } from '../src/rules/fold.ts';
import { call, calls, modelOf, portsOf, says, toolOf } from './kit.ts';

class PowerCut extends Error {}

interface Crash {
  /** Appends that succeed in this life of the process. */
  readonly after: number;
  /** The power goes before the last of them is on disk, or after. */
  readonly lost: boolean;
}

/** A store whose process dies at its n-th append: from then on nothing it does reaches the disk. */
function dying(store: SessionStore, { after, lost }: Crash): SessionStore {
  let left = after;
  return {
    ...store,
    append: async (...args) => {
      if (left < 0) throw new PowerCut();
      if (left-- > 0) return store.append(...args);
      if (!lost) await store.append(...args);
      throw new PowerCut();
    },
  };
}

interface Planned {
  readonly tool: 'safe' | 'once' | 'alone' | 'asks' | 'none';
  /** Microtasks the tool takes. */
  readonly slow: number;
}

/** One life of the process: runs until it ends or dies. */
async function live(store: SessionStore, session: string | undefined, script: readonly (readonly Planned[])[], ran: string[]) {
  const work = async ({ slow }: Readonly<Record<string, unknown>>, id: string) => {
    ran.push(id);
    for (let i = 0; i < Number(slow); i++) await Promise.resolve();
    return { output: `did ${id}`, failed: false };
  };
  const model = modelOf(({ prompt }) => {
    const turn = prompt.filter(({ role }) => role === 'assistant').length;
    const batch = script[turn];
    if (!batch) return says(`all ${turn} done`);
    return calls(...batch.map(({ tool, slow }, i) => call(`c${turn}-${i}`, tool, { slow, turn })));
  });
  const runtime = agentRuntime(
    portsOf({
      model,
      store,
      tools: [
        toolOf('safe', { run: work, idempotent: true }),
        toolOf('once', { run: work }),
        toolOf('alone', { run: work, sequential: true }),
        toolOf('asks', { run: work }),
      ],
      permit: ({ tool }) => (tool.name === 'asks' ? { do: 'ask', reason: 'it asks' } : { do: 'run' }),
      identity: { self: () => ({ pid: 1, started: '', boot: '' }), alive: () => false },
    }),
  );
  const run = await (session === undefined ? runtime.start({ prompt: 'go' }) : runtime.resume(session));
  const answering = (async () => {
    // Approvals are given; what may have run before is never decided by anybody.
    for await (const { event } of run.events) {
      if (event.type !== 'question') continue;
      // Told again after a restart, it may have its answer already.
      const given = runtime.answer(run.session, event.id, { decision: event.about === 'approval' ? 'allow' : 'deny' });
      await given.catch((error: unknown) => expect(error).toMatchObject({ kind: 'gone' }));
    }
  })();
  const result = await run.done.catch((error: unknown) => {
    if (!(error instanceof PowerCut)) throw error;
    return undefined;
  });
  await answering;
  return { session: run.session, result };
}

const planned = fc.record({ tool: fc.constantFrom('safe', 'once', 'alone', 'asks', 'none'), slow: fc.nat(6) }) as fc.Arbitrary<Planned>;
const scripts = fc.array(fc.array(planned, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
const crashes = fc.array(fc.record({ after: fc.nat(8), lost: fc.boolean() }), { maxLength: 5 });

/** T6: a sequential call has no start while another is under way, and nothing starts beside it. */
function expectStartsInTurn(events: readonly RunEvent[]): void {
  const open = new Map<string, string>();
  for (const event of events) {
    // What was under way in the process before is over.
    if (event.type === 'run-start') open.clear();
    if (event.type === 'tool-result') open.delete(event.id);
    if (event.type !== 'tool-start') continue;
    if (event.name === 'alone') expect([...open.keys()]).toEqual([]);
    expect([...open.values()]).not.toContain('alone');
    open.set(event.id, event.name);
  }
}

describe('crashes', () => {
  it('R2: wherever a process dies, the resumed run ends the same; what was recorded is not run again, nothing unsafe runs twice', () =>
    fc.assert(
      fc.asyncProperty(scripts, crashes, async (script, deaths) => {
        const store = memorySessions();
        const ran: string[] = [];
        let session: string | undefined;
        let ended: Awaited<ReturnType<typeof live>> | undefined;
        for (const death of deaths) {
          ended = await live(dying(store, death), session, script, ran);
          session = ended.session;
          if (ended.result) break;
        }
        if (!ended?.result) ended = await live(store, session, script, ran);
        expect(ended.result).toEqual({ why: 'done', answer: `all ${script.length} done` });

        const rows = await store.read(ended.session, 0);
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
        expect(rows.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
        const state = rows.reduce((before, { event }) => fold(before, event), START);
        expect(state.owed).toEqual([]);
        expectStartsInTurn(rows.map(({ event }) => event));
        const asked = state.transcript.flatMap((message) => (message.role === 'assistant' ? callsOf(message.blocks) : []));
        expect(asked).toHaveLength(script.flat().length);
        for (const { id, name } of asked) {
          const results = rows.filter(({ event }) => event.type === 'tool-result' && event.id === id);
          expect(results).toHaveLength(1);
          const times = ran.filter((one) => one === id).length;
          if (name !== 'safe') expect(times).toBeLessThanOrEqual(1);
          const event = results[0]?.event;
          if (event?.type === 'tool-result' && event.how === 'done') expect(times).toBeGreaterThanOrEqual(1);
          if (event?.type === 'tool-result' && event.how === 'refused') expect(times).toBe(0);
          const began = rows.some(({ event: row }) => row.type === 'tool-start' && row.id === id);
          if (event?.type === 'tool-result')
            expect([id, event.how]).toEqual([id, began ? expect.not.stringMatching('refused') : 'refused']);
        }
      }),
      { numRuns: 300 },
    ));

  it('every single crash point of one run, before and after the append', async () => {
    const script: Planned[][] = [
      [
        { tool: 'safe', slow: 1 },
        { tool: 'once', slow: 4 },
        { tool: 'none', slow: 0 },
      ],
      [
        { tool: 'asks', slow: 0 },
        { tool: 'alone', slow: 2 },
      ],
    ];
    const seen = new Set<string>();
    for (const lost of [false, true]) {
      for (let after = 0; after < 12; after++) {
        const store = memorySessions();
        const ran: string[] = [];
        const first = await live(dying(store, { after, lost }), undefined, script, ran);
        if (!first.result) seen.add((await store.read(first.session, 0)).at(-1)?.event.type ?? 'nothing');
        const last = first.result ? first : await live(store, first.session, script, ran);
        expect(last.result).toEqual({ why: 'done', answer: 'all 2 done' });
        const once = ran.filter((id) => id !== 'c0-0');
        expect(new Set(once).size).toBe(once.length);
      }
    }
    expect([...seen].toSorted()).toEqual(['input', 'nothing', 'question', 'run-end', 'tool-result', 'tool-start']);
  });
});
