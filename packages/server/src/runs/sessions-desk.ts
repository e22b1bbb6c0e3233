import { emptyTree, grow, spentIn, type AgentInfo, type Pending, type SessionHead, type SessionRules } from '@holdfast/agent/engine';
import type { ClientError } from '@holdfast/core/wire';
import { meantAgent } from '../rules/agent-names.ts';
import { Refusal, refusal } from '../rules/refusal.ts';
import type { RunApiParts, ServedTeam } from './run-ports.ts';

const MISSING: ClientError = {
  status: 404,
  class: 'not-found',
  message: 'There is no such session here, or it was deleted.',
  param: 'session',
  code: 'missing',
};

/** A session that is served, and whose it is. */
export interface Served {
  readonly head: SessionHead;
  readonly team: ServedTeam;
}

/** What a session came to, for who looks at it from outside. */
export interface SessionSnapshot {
  readonly session: SessionHead;
  readonly status: SessionHead['status'];
  /** Seq of its last row: `events?after=` it misses nothing. */
  readonly seq: number;
  readonly pending: readonly Pending[];
  /** Of all its agents together. */
  readonly usage: {
    readonly calls: number;
    readonly input: number;
    readonly output: number;
    readonly usd: number;
    readonly unpriced: number;
  };
}

/** Finds sessions and agents by what clients call them. Sessions of files that are not served are nobody's here. */
export class SessionsDesk {
  readonly #parts: RunApiParts;

  constructor(parts: RunApiParts) {
    this.#parts = parts;
  }

  async agents(): Promise<readonly { readonly name: string; readonly agents: readonly AgentInfo[] }[]> {
    return Promise.all(this.#parts.teams.map(async ({ name, runtime }) => ({ name, agents: await runtime.agents() })));
  }

  /** Refuses with 404 and what there is; a name that is missing where it is needed with 400. */
  async meant(written: string | undefined): Promise<{ readonly team: ServedTeam; readonly agent?: string }> {
    const known = (await this.agents()).map(({ name, agents }) => ({ name, agents: agents.map((one) => one.name) }));
    const meant = meantAgent(written, known);
    if ('fault' in meant) {
      const here = written === undefined && known.length > 0;
      throw refusal(here ? 400 : 404, here ? 'invalid-request' : 'not-found', meant.fault, { param: 'agent' });
    }
    const team = this.#parts.teams.find(({ name }) => name === meant.team) as ServedTeam;
    return { team, ...(meant.agent !== undefined && { agent: meant.agent }) };
  }

  async found(id: string): Promise<Served> {
    const head = id === '' ? undefined : await this.#parts.store.head(id);
    const team = head && this.#parts.teams.find(({ file }) => file === head.file);
    if (!head || !team) throw new Refusal(MISSING);
    return { head, team };
  }

  /** An agent of the session's own file. */
  async agentOf({ team }: Served, agent: string | undefined): Promise<{ readonly agent?: string }> {
    if (agent === undefined) return {};
    const names = (await team.runtime.agents()).map(({ name }) => name);
    const own = agent.startsWith(`${team.name}/`) ? agent.slice(team.name.length + 1) : agent;
    if (names.includes(own)) return { agent: own };
    if (own === team.name) return {};
    throw refusal(404, 'not-found', `${team.name} has no agent "${agent.slice(0, 60)}"; there are ${names.join(', ')}`, { param: 'agent' });
  }

  async list(written: string | undefined, limit: number, words: string | undefined): Promise<readonly SessionHead[]> {
    const { store, teams } = this.#parts;
    const files = written === undefined ? teams.map(({ file }) => file) : [(await this.meant(written)).team.file];
    const lists = await Promise.all(
      files.map((file) => (words === undefined ? store.list({ file, limit }) : store.search(words, { file, limit }))),
    );
    return lists
      .flat()
      .toSorted((a, b) => b.updated - a.updated)
      .slice(0, limit);
  }

  async create(written: string | undefined, { title, permissions }: { readonly title?: string; readonly permissions?: SessionRules }) {
    const { store, newId, clock } = this.#parts;
    const { team, agent } = await this.meant(written);
    const id = newId();
    await store.create({
      id,
      file: team.file,
      agent: agent ?? team.agent,
      cwd: team.cwd,
      at: clock.now(),
      ...(title !== undefined && { title }),
    });
    if (permissions) await team.runtime.setPermissions(id, permissions);
    return (await this.found(id)).head;
  }

  async snapshot(id: string): Promise<SessionSnapshot> {
    const { team } = await this.found(id);
    const pending = await team.runtime.pending(id);
    const tree = emptyTree();
    let seq = 0;
    for (const row of await this.#parts.store.read(id, 0)) {
      grow(tree, row);
      seq = row.seq;
    }
    const { head } = await this.found(id);
    return { session: head, status: head.status, seq, pending, usage: spentIn(tree) };
  }
}
