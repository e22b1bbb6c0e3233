import { createHash } from 'node:crypto';
import { basename, extname, join } from 'node:path';
import type { Clock } from '@holdfast/core';
import { webOf, type Web } from '../io/web.ts';
import type { SessionStore, Tool } from '../ports.ts';
import { FETCH_TIMEOUT, fetchTool } from './fetch.ts';
import { memoryTools } from './memory.ts';
import { modelPickerTools } from './model-picker.ts';
import { reachOf } from './reach.ts';
import { taskTools } from './tasks.ts';
import { thinkTool } from './think.ts';
import { todoTools } from './todo.ts';
import { userPromptTool } from './user-prompt.ts';

/** What the toolsets of this file work with. */
export interface BuiltinPorts {
  readonly clock: Clock;
  readonly home: string;
  /** Holdfast's folder: memories without a path of their own lie in it. */
  readonly state?: string;
  /** Real path of the agent file, whose memories they are. */
  readonly file?: string;
  /** The logs of sessions, out of which todos are folded; absent: todos end with the process. */
  readonly sessions?: Pick<SessionStore, 'read'>;
  /** Absent: the internet. */
  readonly web?: Web;
}

interface Settings {
  readonly raw?: Readonly<Record<string, unknown>>;
}

export const BUILTIN_MAKERS: Readonly<Record<string, (settings: Settings, ports: BuiltinPorts) => readonly Tool[]>> = {
  think: () => [thinkTool()],
  todo: ({ raw = {} }, { sessions }) => todoTools({ sessions, shared: raw['shared'] === true }),
  tasks: ({ raw = {} }, { clock, home }) =>
    taskTools({ path: textIn(raw['path']) ?? 'tasks.json', home, clock, reach: reachOf({ allowList: [], denyList: [], home }) }),
  memory: ({ raw = {} }, ports) => memoryTools({ path: textIn(raw['path']) ?? ownMemories(ports), home: ports.home, clock: ports.clock }),
  fetch: ({ raw = {} }, { clock, web = webOf() }) => [
    fetchTool({
      web,
      clock,
      timeout: typeof raw['timeout'] === 'number' && raw['timeout'] > 0 ? raw['timeout'] : FETCH_TIMEOUT,
      headers: Object.fromEntries(Object.entries((raw['headers'] ?? {}) as object).map(([name, value]) => [name, String(value)])),
      allowedDomains: textsIn(raw['allowed_domains']),
      blockedDomains: textsIn(raw['blocked_domains']),
      allowPrivate: raw['allow_private_ips'] === true,
    }),
  ],
  user_prompt: () => [userPromptTool()],
  model_picker: ({ raw = {} }) => modelPickerTools(textsIn(raw['models'])),
};

const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const textsIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** One database for each agent file: files of the same name elsewhere have their own. */
function ownMemories({ state, file }: BuiltinPorts): string | undefined {
  if (state === undefined) return undefined;
  const name =
    file === undefined ? 'default' : `${basename(file, extname(file))}-${createHash('sha256').update(file).digest('hex').slice(0, 8)}`;
  return join(state, 'memory', name, 'memory.db');
}
