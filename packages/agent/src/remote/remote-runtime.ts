import { systemClock, systemNewId, systemRandom } from '@holdfast/core/engine';
import { Live, type LiveListener } from '../live.ts';
import type { SessionHead } from '../ports.ts';
import type { Answer, EventRow, SessionRules } from '../rules/events.ts';
import { snapshot, type RunState } from '../rules/fold.ts';
import { emptyTree, grow, stateAt } from '../rules/tree.ts';
import type { AgentInfo, Pending, Run, Runtime, Said, StartInput } from '../runtime.ts';
import { RemoteEars } from './remote-ears.ts';
import { followRemote } from './remote-follow.ts';
import type { RemoteOptions, RemotePorts } from './remote-options.ts';
import { RemoteRequests } from './remote-request.ts';
import { remoteRun, type Begun } from './remote-run.ts';

/** Sessions of one list, as the server gives them. */
const MOST = 500;

const at = (session: string, rest = ''): string => `/api/sessions/${encodeURIComponent(session)}${rest}`;
const saidOf = (said: string | Said): Said => (typeof said === 'string' ? { text: said } : said);
const promptsOf = (prompt: NonNullable<StartInput['prompt']>): readonly Said[] =>
  (Array.isArray(prompt) ? (prompt as readonly Said[]) : [prompt as string | Said]).map(saidOf);

/**
 * The agents of a server (`holdfast serve --agent FILE`) behind the interface of those in one's own process. Streams come back by themselves
 * and miss nothing; a request that is sent again is done once. Rejects with the server's `SessionError`s, and with a plain Error where it cannot be
 * reached. `close` stops the runs that were begun here; a process that dies stops none.
 */
export function remoteRuntime(options: RemoteOptions): Runtime {
  return new RemoteRuntime(options);
}

class RemoteRuntime implements Runtime {
  readonly #ports: RemotePorts;
  readonly #agent: string | undefined;
  readonly #requests: RemoteRequests;
  readonly #live: Live;
  readonly #ears: RemoteEars;
  readonly #closed = new AbortController();
  readonly #runs = new Map<Run, Promise<unknown>>();

  constructor({ url, agent, lost, ...more }: RemoteOptions) {
    this.#ports = {
      fetch: globalThis.fetch,
      clock: systemClock,
      random: systemRandom,
      newId: systemNewId,
      requestMs: 30_000,
      lostMs: 60_000,
      connection: () => {},
      token: undefined,
      ...more,
      url: url.replace(/\/+$/, ''),
    };
    this.#agent = agent;
    this.#requests = new RemoteRequests(this.#ports);
    this.#live = new Live(lost ?? (() => {}));
    this.#ears = new RemoteEars(this.#live);
  }

  async start({ prompt, session, agent, permissions, models }: StartInput): Promise<Run> {
    const prompts = prompt === undefined ? {} : { prompts: promptsOf(prompt) };
    if (session !== undefined) return this.#begun(at(session, '/runs'), { ...prompts, ...(agent !== undefined && { agent }) });
    const whom = await this.#whom(agent);
    const chosen = { ...(whom !== undefined && { agent: whom }), ...(permissions && { permissions }), ...(models && { models }) };
    return this.#begun('/api/runs', { ...prompts, ...chosen });
  }

  resume(session: string): Promise<Run> {
    return this.#begun(at(session, '/resume'), {});
  }

  steer = (session: string, said: string | Said): Promise<void> => this.#post(at(session, '/steer'), { prompts: [saidOf(said)] });
  followUp = (session: string, said: string | Said): Promise<void> => this.#post(at(session, '/followup'), { prompts: [saidOf(said)] });
  answer = (session: string, question: string, answer: Answer): Promise<void> =>
    this.#post(at(session, `/questions/${encodeURIComponent(question)}`), answer);
  approve = (session: string, question: string, tool = false): Promise<void> =>
    this.answer(session, question, { decision: tool ? 'allow-tool' : 'allow' });
  compact = (session: string, words?: string): Promise<void> => this.#post(at(session, '/compact'), words ? { words } : {});
  stop = (session: string): Promise<void> => this.#post(at(session, '/stop'), {});
  setModel = (session: string, model: { readonly agent?: string; readonly ref?: string }): Promise<void> => this.#patch(session, { model });
  setPermissions = (session: string, permissions: SessionRules): Promise<void> => this.#patch(session, { permissions });

  follow(session: string, after: number, signal: AbortSignal): AsyncGenerator<EventRow, void> {
    return followRemote({ session, after, signal }, { ports: this.#ports, ears: this.#ears, closed: this.#closed.signal });
  }

  live(listener: LiveListener): Disposable {
    return this.#live.subscribe(listener);
  }

  async state(session: string): Promise<RunState> {
    const tree = emptyTree();
    for (let after: number | undefined = 0; after !== undefined;) {
      const page: Page = await this.#page(session, after);
      for (const row of page.rows) grow(tree, row);
      after = page.next;
    }
    return snapshot(stateAt(tree, []));
  }

  async pending(session: string): Promise<readonly Pending[]> {
    return (await this.#get<{ readonly questions: readonly Pending[] }>(at(session, '/questions'))).questions;
  }

  async sessions({ limit }: { readonly limit?: number } = {}): Promise<readonly SessionHead[]> {
    const query = new URLSearchParams({
      limit: String(Math.min(limit ?? MOST, MOST)),
      ...(this.#agent !== undefined && { agent: this.#agent }),
    });
    return (await this.#get<{ readonly sessions: readonly SessionHead[] }>(`/api/sessions?${query}`)).sessions;
  }

  async agents(): Promise<readonly AgentInfo[]> {
    return (await this.#team()).agents;
  }

  async close(): Promise<void> {
    const running = [...this.#runs].map(async ([{ session }, over]) => {
      await this.stop(session);
      await over;
    });
    await Promise.allSettled(running);
    this.#closed.abort(new Error('this runtime is closed'));
  }

  async #begun(path: string, body: object): Promise<Run> {
    const begun = await this.#requests.send<Begun>('POST', path, body, this.#closed.signal);
    const run = remoteRun(begun, {
      ports: this.#ports,
      ears: this.#ears,
      signal: this.#closed.signal,
      page: async (session, after) => (await this.#page(session, after)).rows,
    });
    const over = run.done.then(
      () => void this.#runs.delete(run),
      () => void this.#runs.delete(run),
    );
    this.#runs.set(run, over);
    return run;
  }

  /** What the server calls an agent of the file that is meant here. */
  async #whom(agent: string | undefined): Promise<string | undefined> {
    if (agent === undefined || this.#agent === undefined) return agent ?? this.#agent;
    return `${(await this.#team()).name}/${agent}`;
  }

  async #team(): Promise<{ readonly name: string; readonly agents: readonly AgentInfo[] }> {
    const query = this.#agent === undefined ? '' : `?${new URLSearchParams({ agent: this.#agent })}`;
    const { teams } = await this.#get<{ readonly teams: readonly { readonly name: string; readonly agents: readonly AgentInfo[] }[] }>(
      `/api/agents${query}`,
    );
    const [team, ...more] = teams;
    if (team && more.length === 0) return team;
    const names = teams.map(({ name }) => name).join(', ');
    throw new Error(team ? `${this.#ports.url} serves several files: say which of ${names}` : `${this.#ports.url} serves no agents`);
  }

  #page(session: string, after: number): Promise<Page> {
    return this.#get<Page>(at(session, `/rows?after=${after}`));
  }

  #get<T>(path: string): Promise<T> {
    return this.#requests.get<T>(path, this.#closed.signal);
  }

  async #post(path: string, body: object): Promise<void> {
    await this.#requests.send('POST', path, body, this.#closed.signal);
  }

  async #patch(session: string, body: object): Promise<void> {
    await this.#requests.send('PATCH', at(session), body, this.#closed.signal);
  }
}

interface Page {
  readonly rows: readonly EventRow[];
  readonly next?: number;
}
