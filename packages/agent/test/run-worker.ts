/**
 * A process of its own that runs an agent on `sessions.db` and may kill itself, as `kill -9` would, at a chosen append:
 * `node run-worker.ts FOLDER SESSION DIE` where DIE is `N` (after the n-th append), `-N` (before it) or 0. Tools leave a line in
 * FOLDER/ran; the result is printed.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemNewId } from '@holdfast/core/engine';
import { processIdentity } from '@holdfast/core/engine';
import { agentRuntime } from '../src/compose.ts';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { writerIdentity } from '../src/io/writer-identity.ts';
import type { SessionStore } from '../src/ports.ts';
import { call, calls, modelOf, portsOf, says, toolOf } from './kit.ts';

const [folder = '', session = '', die = '0'] = process.argv.slice(2);
const identity = writerIdentity(processIdentity());
const store = await openSqliteSessions({ folder, alive: identity.alive });

const kill = () => {
  process.kill(process.pid, 'SIGKILL');
  // The signal comes from the kernel, not from here.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
let appends = 0;
const append: SessionStore['append'] = async (...args) => {
  const at = ++appends;
  if (-Number(die) === at) kill();
  const seq = await store.append(...args);
  if (Number(die) === at) kill();
  return seq;
};
const dying = new Proxy(store, {
  get: (target, name: keyof SessionStore) => (name === 'append' ? append : target[name].bind(target)),
});

const leavesTrace = (_: unknown, id: string) => (appendFileSync(join(folder, 'ran'), `${id}\n`), { output: `did ${id}`, failed: false });
const model = modelOf(({ prompt }) => {
  const turn = prompt.filter(({ role }) => role === 'assistant').length;
  if (turn === 0) return calls(call('safe-1', 'safe'), call('once-1', 'once'));
  return turn === 1 ? calls(call('alone-2', 'alone')) : says('the end');
});
const tools = [
  toolOf('safe', { run: leavesTrace, idempotent: true }),
  toolOf('once', { run: leavesTrace }),
  toolOf('alone', { run: leavesTrace, sequential: true }),
];
const runtime = agentRuntime(portsOf({ model, tools, store: dying, identity, clock: systemClock, newId: systemNewId, attended: false }));
const known = await store.head(session);
if (!known) await store.create({ id: session, file: '/f', agent: 'root', cwd: '/', at: 0 });
const begun = known !== undefined && (known.events > 0 || (await store.inbox(session)).length > 0);
const run = await (begun ? runtime.resume(session) : runtime.start({ prompt: 'go', session }));
const result = await run.done;
await store.close();
process.stdout.write(JSON.stringify({ ...result, appends }));
