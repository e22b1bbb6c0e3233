/**
 * A process of its own for the tests of the session store: one command per line of stdin, one answer per line of stdout.
 * `append N` appends N notices one by one, each after the last there is; `lock`, `hold`, `head`, `exit`.
 */
import { createInterface } from 'node:readline';
import { processIdentity } from '@holdfast/core/engine';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { writerIdentity } from '../src/io/writer-identity.ts';
import { isSessionError } from '../src/rules/session-error.ts';

const [folder = '', session = ''] = process.argv.slice(2);
const identity = writerIdentity(processIdentity());
const store = await openSqliteSessions({ folder, alive: identity.alive });

async function appendMany(n: number): Promise<number> {
  let refused = 0;
  let last = (await store.read(session, 0)).length;
  for (let i = 0; i < n;) {
    try {
      last = await store.append(
        session,
        last,
        [{ event: { type: 'notice', text: `${process.pid}:${i}` }, run: `r${process.pid}`, path: [] }],
        1,
      );
      i++;
    } catch (error) {
      if (!isSessionError(error) || error.kind !== 'moved-on') throw error;
      refused++;
      last += (await store.read(session, last)).length;
    }
  }
  return refused;
}

async function answer(command: string, argument: string | undefined): Promise<unknown> {
  if (command === 'append') return appendMany(Number(argument));
  if (command === 'follow-up') return store.enqueue(session, { id: argument ?? '', kind: 'follow-up', text: argument ?? '', at: 1 });
  if (command === 'lock') return store.lock(session, identity.self(), identity.alive).then(() => process.pid);
  if (command === 'head') return store.head(session);
  throw new Error(`no command ${command}`);
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
say({ ready: process.pid });
for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', argument] = line.split(' ');
  await answer(command, argument).then(
    (value) => say({ value: value ?? null }),
    (error: unknown) => say(isSessionError(error) ? { error: error.kind, writer: error.facts.writer?.pid } : { error: String(error) }),
  );
}
await store.close();
