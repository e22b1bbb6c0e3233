import { problemLine, type AgentFile, type Loaded } from '@holdfast/agent/engine';
import type { Clock } from '@holdfast/core/engine';
import { configView } from './config-view.ts';
import { configDiff } from '../rules/config-diff.ts';

export interface ReloadPorts {
  /** What is served now. */
  readonly file: AgentFile;
  /** Reads and checks the file; rejects where it cannot be served for other reasons than what is in it. */
  readonly load: () => Promise<Loaded>;
  /** From now on this one. What is under way keeps what it began with. */
  readonly apply: (file: AgentFile) => Promise<void>;
  /** One line for people. */
  readonly say: (line: string) => void;
  readonly clock: Pick<Clock, 'after'>;
}

export interface Reloading {
  /** Asked for: what has not changed is said too. */
  now(): Promise<void>;
  /** The file has changed, and may change once more: an editor writes it in pieces. */
  soon(): void;
  /** Lets go. A reload that is under way ends first. */
  close(): Promise<void>;
}

/** Ms without a change after which a file counts as written. */
const QUIET = 150;

/** What a server that listens keeps. */
const FROM_START = /^server\.(max_body|json_depth|header_timeout|body_timeout|idle_timeout|slow_client|max_connections):/;

/**
 * R1. A file that is wrong changes nothing; every error is said.
 * R2. One reload at a time; what is asked for meanwhile is one more after it.
 * R3. What is said are the differences, never a secret.
 */
export function reloading({ file, load, apply, say, clock }: ReloadPorts): Reloading {
  let served = file;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let asked = false;
  let stop: (() => void) | undefined;
  let closed = false;

  const once = async (aloud: boolean): Promise<void> => {
    const loaded = await load();
    for (const problem of loaded.problems) if (problem.level === 'error' || aloud) say(problemLine(problem));
    if (loaded.file === undefined) return say(`${served.name} is not taken over: it is invalid; what was served before goes on`);
    const lines = configDiff(configView(served), configView(loaded.file));
    if (lines.length === 0) return aloud ? say(`${served.name}: nothing has changed`) : undefined;
    await apply(loaded.file);
    served = loaded.file;
    say(`${served.name} is taken over:`);
    for (const line of lines) say(`  ${line}${FROM_START.test(line) ? ' (from the next start)' : ''}`);
  };

  const safely = async (aloud: boolean): Promise<void> => {
    try {
      await once(aloud);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(`${served.name} is not taken over: ${why}; what was served before goes on`);
    }
  };

  const ask = (aloud: boolean): Promise<void> => {
    if (closed) return Promise.resolve();
    asked ||= aloud;
    if (running === undefined) {
      const loud = asked;
      asked = false;
      running = safely(loud).finally(() => (running = undefined));
      return running;
    }
    next ??= running.then(() => {
      next = undefined;
      return ask(asked);
    });
    return next;
  };

  return {
    now: () => ask(true),
    soon: () => {
      stop?.();
      stop = closed ? undefined : clock.after(QUIET, () => void ask(false));
    },
    close: async () => {
      stop?.();
      closed = true;
      await running;
    },
  };
}
