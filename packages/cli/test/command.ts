/**
 * The real command in a child process, against scripted providers of this process: its output, its exit, its signals. Everything of one
 * test lives in one `Place`; disposing it ends what still runs and removes the folder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labProvider, type LabProvider, type LabProviderOptions, type ProtocolName } from '@holdfast/lab';

export const BIN = join(import.meta.dirname, '../bin/holdfast.js');
/** What the lab's providers are asked with; long enough for the redactor. */
export const KEY = 'lab-key-0123456789';

/** util-linux' `script` gives a command a terminal; elsewhere those tests are skipped. */
export const SCRIPT = process.platform === 'linux' && existsSync('/usr/bin/script');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to stdin, which then ends; without it stdin is empty. */
  readonly input?: string;
  /** Stdin stays open. */
  readonly open?: boolean;
  /** Nobody reads stdout: the child blocks once the pipe is full. */
  readonly unread?: boolean;
}

/** A command that runs. `out` and `err` grow while it does. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out = '';
  err = '';
  readonly #watchers = new Set<() => void>();

  constructor(child: ChildProcess, unread = false) {
    this.child = child;
    const take = (name: 'out' | 'err') => (text: string) => {
      this[name] += text;
      for (const look of this.#watchers) look();
    };
    if (!unread) child.stdout?.setEncoding('utf8').on('data', take('out'));
    child.stderr?.setEncoding('utf8').on('data', take('err'));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once(unread ? 'exit' : 'close', (code, signal) => {
        resolve({ code, signal, out: this.out, err: this.err });
        for (const look of this.#watchers) look();
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves when `what` was said on either stream; rejects with all that was said when the command ended without it. */
  async says(what: string | RegExp): Promise<void> {
    const said = () => (typeof what === 'string' ? (this.out + this.err).includes(what) : what.test(this.out) || what.test(this.err));
    const over = () => this.child.exitCode !== null || this.child.signalCode !== null;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!said() && !over()) return;
        this.#watchers.delete(look);
        if (said()) resolve();
        else reject(new Error(`ended without saying ${String(what)}:\n${this.out}${this.err}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Resolves when the pipe has taken it: a text far larger than a pipe is taken only by a command that reads. */
  type(text: string): Promise<void> {
    return new Promise((resolve) => void this.child.stdin!.write(text, () => resolve()));
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

export interface AgentText {
  readonly providers: readonly LabProvider[];
  /** Defaults to `small-1` of the first provider. */
  readonly model?: string;
  readonly fallback?: readonly string[];
  /** Lines of YAML below the agent, already indented by four. */
  readonly agent?: string;
  /** More sections. */
  readonly more?: string;
  /** Without tools. */
  readonly bare?: boolean;
}

export class Place implements AsyncDisposable {
  readonly dir = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-cli-'));
  /** Where the command is started and where its tools work. */
  readonly work = join(this.dir, 'work');
  readonly state = join(this.dir, '.holdfast');
  readonly #running = new Set<Running>();
  readonly #providers = new Map<LabProvider, ProtocolName>();

  constructor() {
    mkdirSync(this.work);
  }

  async lab(options: Partial<LabProviderOptions> & { readonly name: string }): Promise<LabProvider> {
    const provider = await labProvider({ protocol: 'openai-chat', key: KEY, ...options });
    this.#providers.set(provider, options.protocol ?? 'openai-chat');
    return provider;
  }

  /** Writes an agent file that asks the lab; answers its path. */
  agent(text: AgentText, name = 'agent.yaml'): string {
    return this.write(name, this.agentText(text));
  }

  agentText({ providers, model, fallback, agent = '', more = '', bare = false }: AgentText): string {
    const entries = providers.map(
      (one) => `  ${one.name}:\n    api: ${this.#providers.get(one)}\n    base_url: ${one.url}\n    token_key: LAB_KEY\n`,
    );
    const chain = fallback ? `    fallback:\n      models: [${fallback.join(', ')}]\n` : '';
    const tools = bare ? '' : '    toolsets:\n      - type: filesystem\n      - type: shell\n';
    return `providers:\n${entries.join('')}agents:\n  root:\n    model: ${model ?? `${providers[0]!.name}/small-1`}\n    instruction: Be brief.\n${chain}${tools}${agent}${more}`;
  }

  write(name: string, text: string | Buffer): string {
    const path = join(this.work, name);
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.work, name), 'utf8');
  }

  start(args: readonly string[], options: CommandOptions = {}): Running {
    return this.spawn(process.execPath, [BIN, ...args], options);
  }

  spawn(program: string, args: readonly string[], { env, cwd = this.work, input, open = false, unread }: CommandOptions = {}): Running {
    const child = spawn(program, args, { cwd, env: this.environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
    const running = new Running(child, unread);
    // A command that ends before it read its input is no mistake of the test.
    child.stdin.on('error', () => {});
    if (program === process.execPath && !open) child.stdin.end(input ?? '');
    this.#running.add(running);
    running.ended.then(
      () => this.#running.delete(running),
      () => this.#running.delete(running),
    );
    return running;
  }

  /** The command on a terminal of its own, 80 by 24; what is typed goes to `type`. Needs `SCRIPT`. */
  terminal(args: readonly string[], options: CommandOptions = {}): Running {
    const words = [process.execPath, BIN, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    return this.spawn('script', ['-qec', `stty cols 80 rows 24; exec ${words.join(' ')}`, '/dev/null'], options);
  }

  /** Runs a command to its end. */
  run(args: readonly string[], options?: CommandOptions): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** No variable of this process but what every program needs. */
  environment(env: CommandOptions['env'] = {}): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.dir, LAB_KEY: KEY, TERM: 'xterm', ...env };
  }

  /** The processes that a command has started, by pid. */
  childrenOf({ pid }: Running): readonly string[] {
    try {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .split(' ')
        .filter((one) => one.trim() !== '');
    } catch {
      return [];
    }
  }

  /** Every file below the state folder, and its mode. */
  stateFiles(): readonly { readonly path: string; readonly mode: number; readonly bytes: Buffer }[] {
    return readdirSync(this.state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, mode: statSync(path).mode & 0o777, bytes: readFileSync(path) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.end('SIGKILL')));
    await Promise.all([...this.#providers.keys()].map((provider) => provider.close()));
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}

/** Resolves when `holds` does; it is asked again and again. What never holds is ended by the test's time limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setTimeout(resolve, 5));
}

/** The command to which `script` gave a terminal. */
export const childOf = ({ pid }: Running): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());

/** Lines that are not empty. */
export const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** `--json` output: every line must parse. */
export const events = (out: string): readonly Record<string, unknown>[] =>
  lines(out).map((line) => JSON.parse(line) as Record<string, unknown>);
