import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity, systemClock, systemNewId } from '@holdfast/core/engine';
import type { AgentParts } from '../src/agent-parts.ts';
import { agentRuntime } from '../src/compose.ts';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { writerIdentity } from '../src/io/writer-identity.ts';
import type { SessionStore, Tool } from '../src/ports.ts';
import type { RunResult, Runtime } from '../src/runtime.ts';
import { call, calls, finish, modelOf, portsOf, says, toolOf, type CallOptions } from './kit.ts';

type Reply = ReturnType<typeof says>;
/** `N`: after the n-th append, `-N`: before it, `summary`: in the middle of a summary, 0: never. */
export type Die = number | 'summary';

const SESSION = 's';

const settings = (name: string, more: object = {}) => ({ name, file: '/f', instruction: `You are ${name}.`, cwd: '/', ...more });

/** What the root says, and what else is special about it. */
const SCENES: Readonly<Record<string, { readonly replies: readonly Reply[]; readonly more?: object; readonly asked?: string }>> = {
  transfer: {
    replies: [calls(call('t1', 'transfer_task', { agent: 'helper', task: 'x' }), call('once-1', 'once')), calls(call('alone-2', 'alone'))],
    more: { subAgents: ['helper'] },
  },
  background: {
    replies: [calls(call('b1', 'run_background_agent', { agent: 'helper', task: 'x' })), calls(call('once-2', 'once'))],
    more: { subAgents: ['helper'], background: true },
  },
  handoff: {
    replies: [calls(call('once-1', 'once'), call('to', 'handoff', { agent: 'helper' }))],
    more: { handoffs: ['helper'] },
  },
  compaction: { replies: [calls(call('safe-1', 'long'))], more: { window: 4000 } },
  approval: { replies: [calls(call('once-1', 'once'))], asked: 'once' },
  elicitation: { replies: [calls(call('asks-1', 'asks'))], asked: '' },
};

/** Drives a team on `sessions.db` of a folder until nothing is left to do. Tools leave a line in `ran`. */
export async function driveTeam(folder: string, scene: string, die: Die = 0): Promise<RunResult & { readonly appends: number }> {
  const identity = writerIdentity(processIdentity());
  const store = await openSqliteSessions({ folder, alive: identity.alive });
  let appends = 0;
  const append: SessionStore['append'] = async (...args) => {
    const at = ++appends;
    if (die === -at) kill();
    const seq = await store.append(...args);
    if (die === at) kill();
    return seq;
  };
  const dying = new Proxy(store, {
    get: (target, name: keyof SessionStore) => (name === 'append' ? append : target[name].bind(target)),
  });
  const runtime = runtimeIn(folder, scene, { store: dying, identity, die });
  const known = await store.head(SESSION);
  if (!known) await store.create({ id: SESSION, file: '/f', agent: 'root', cwd: '/', at: 0 });
  const begun = known !== undefined && (known.events > 0 || (await store.inbox(SESSION)).length > 0);
  // A session that is done is answered at once; its background tasks go on with the next prompt.
  const run = await (begun && known.status !== 'done' ? runtime.resume(SESSION) : runtime.start({ prompt: 'go', session: SESSION }));
  const result = await run.done;
  await childrenEnded(runtime);
  await runtime.close();
  await store.close();
  return { ...result, appends };
}

function kill(): void {
  process.kill(process.pid, 'SIGKILL');
  // The signal comes from the kernel, not from here.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

async function childrenEnded(runtime: Runtime): Promise<void> {
  const running = new Map<string, boolean>();
  for await (const { path, event } of runtime.follow(SESSION, 0, new AbortController().signal)) {
    if (event.type === 'run-start' || event.type === 'run-end') running.set(path.join('/'), event.type === 'run-start');
    if (running.size > 0 && ![...running.values()].includes(true)) return;
  }
}

type Ports = Pick<Parameters<typeof portsOf>[0], 'store' | 'identity'> & { readonly die: Die };

function runtimeIn(folder: string, scene: string, { die, ...ports }: Ports): Runtime {
  const { replies, more = {}, asked } = SCENES[scene]!;
  const trace = (what: string): void => appendFileSync(join(folder, 'ran'), `${what}\n`);
  const tools = toolsFor(trace);
  const summary = (): void => {
    trace('summary');
    if (die === 'summary') kill();
  };
  const own =
    scene === 'handoff'
      ? [[], calls(call('h-once', 'once'))]
      : [calls(call('h-safe', 'safe'), call('h-once', 'once')), calls(call('h-alone', 'alone'))];
  const helper: AgentParts = { agent: settings('helper'), tools, permit: () => ({ do: 'run' }), model: scripted(own, summary) };
  return agentRuntime(
    portsOf({
      ...ports,
      agent: settings('root', more),
      model: scripted(replies, summary),
      team: new Map([['helper', helper]]),
      tools,
      permit: ({ tool }) => (tool.name === asked ? { do: 'ask', reason: 'it asks' } : { do: 'run' }),
      clock: systemClock,
      newId: systemNewId,
      attended: asked !== undefined,
    }),
  );
}

function toolsFor(trace: (what: string) => void): readonly Tool[] {
  const work = (_: unknown, id: string) => (trace(id), { output: `did ${id}`, failed: false });
  return [
    toolOf('safe', { run: work, idempotent: true }),
    toolOf('once', { run: work }),
    toolOf('alone', { run: work, sequential: true }),
    toolOf('long', { run: (_, id) => (trace(id), { output: 'long '.repeat(4000), failed: false }), idempotent: true }),
    {
      ...toolOf('asks', { idempotent: true }),
      prepare: async (_, { id, elicit }) => ({
        run: async () => {
          const { action, content } = await elicit({ mode: 'form', message: 'Which branch?' });
          trace(id);
          return { output: `${action} ${JSON.stringify(content)}`, failed: false };
        },
        drop: () => {},
      }),
    },
  ];
}

/** Answers by how often it has spoken in this conversation; what was summarised away it has said too. */
function scripted(replies: readonly Reply[], summary: () => void): AgentParts['model'] {
  const said = ({ prompt }: CallOptions): number =>
    prompt.filter(({ role }) => role === 'assistant').length + (JSON.stringify(prompt).includes('Session Summary') ? 1 : 0);
  return {
    ...modelOf((options) => replies[said(options)] ?? says('the end')),
    doGenerate: async () => {
      summary();
      const { usage, finishReason } = finish() as Extract<ReturnType<typeof finish>, { type: 'finish' }>;
      return { content: [{ type: 'text', text: 'S' }], usage, finishReason, warnings: [] };
    },
  };
}
