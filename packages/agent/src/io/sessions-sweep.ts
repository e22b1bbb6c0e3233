import { setImmediate as turn } from 'node:timers/promises';
import type { SessionStore, Writer } from '../ports.ts';
import { awaitsAnswer, outdated, type RetentionSpec } from '../rules/retention.ts';
import type { SessionsFile } from './sessions-file.ts';
import type { Statements } from './sessions-sql.ts';

const DAY = 86_400_000;

interface SweepPorts {
  readonly file: SessionsFile;
  readonly sql: Statements;
  readonly store: Pick<SessionStore, 'list' | 'read' | 'delete'>;
  readonly alive: (writer: Writer) => boolean;
}

/**
 * Deletes what is outdated, one session at a time, beside what the store is open for. Of all processes of a state folder one does it,
 * once a day for each file that asks for it. What goes wrong is left for another day: a sweep stops nobody's run.
 */
export class Sweep {
  readonly #ports: SweepPorts;
  readonly #spec: RetentionSpec;
  readonly #work: Promise<void>;
  #stopped = false;

  constructor(ports: SweepPorts, spec: RetentionSpec) {
    this.#ports = ports;
    this.#spec = spec;
    this.#work = this.#run().catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #run(): Promise<void> {
    const { file, sql, store, alive } = this.#ports;
    const now = Date.now();
    const { file: own } = this.#spec;
    const chore = own === undefined ? 'sweep' : `sweep ${own}`;
    const { changes } = await file.retry(() => sql.get('chore').run(chore, now, DAY));
    if (changes === 0) return;
    const waiting = new Set((sql.get('waiting').all() as unknown as { session: string }[]).map(({ session }) => session));
    for (const { id, status } of outdated(await store.list(own === undefined ? {} : { file: own }), waiting, this.#spec, now)) {
      if (this.#stopped) return;
      if (status === 'unfinished' && awaitsAnswer(await store.read(id, 0))) continue;
      // One that somebody took up in the meantime is busy, and stays.
      await store.delete(id, { alive }).catch(() => {});
      await turn();
    }
    await this.#orphans();
  }

  async #orphans(): Promise<void> {
    const { file, sql } = this.#ports;
    for (const { session } of sql.get('orphans').all() as unknown as { session: string }[])
      await file.retry(() => sql.get('dropEvents').run(session));
  }
}
