import type { Clock } from '@holdfast/core';
import { nearest } from '@holdfast/core/engine';
import type { Tool } from '../ports.ts';
import { filesystemTools } from './filesystem.ts';
import { reachOf } from './reach.ts';
import { DEFAULT_TIMEOUT, shellTool } from './shell.ts';

/** A toolset of an agent file, checked: `raw` is what the file says, by Docker's names. */
export interface ToolsetSettings {
  readonly type: string;
  readonly readOnly?: boolean;
  /** Only these, by name. */
  readonly tools?: readonly string[];
  /** Added to the environment of what it starts. */
  readonly env?: Readonly<Record<string, string>>;
  readonly raw?: Readonly<Record<string, unknown>>;
}

export interface ToolsPorts {
  readonly clock: Clock;
  /** The user's home folder: what `~` means. */
  readonly home: string;
  /** The environment for child processes, without secrets but for the variables named. */
  readonly childEnvironment: (allow: readonly string[]) => Readonly<Record<string, string>>;
  /** Takes secrets out of a text before it is cut. */
  readonly scrub?: (text: string) => string;
}

/** `unserved`: a type of toolset Holdfast does not have. `unknown-tool`, `duplicate-tool`: a name in `tools:` that is none, or two toolsets with the same tool. */
export class ToolsetError extends Error {
  override readonly name = 'ToolsetError';
  readonly kind: 'unserved' | 'unknown-tool' | 'duplicate-tool';
  readonly subject: string;
  readonly nearest: string | undefined;

  constructor(kind: ToolsetError['kind'], subject: string, message: string, near?: string) {
    super(`${message}${near === undefined ? '' : `; did you mean "${near}"?`}`);
    this.kind = kind;
    this.subject = subject;
    this.nearest = near;
  }
}

const MAKERS: Readonly<Record<string, (settings: ToolsetSettings, ports: ToolsPorts) => readonly Tool[]>> = {
  filesystem: ({ raw = {} }, ports) =>
    filesystemTools({
      reach: reachOf({ allowList: texts(raw['allow_list']), denyList: texts(raw['deny_list']), home: ports.home }),
      ignoreVcs: raw['ignore_vcs'] !== false,
      clock: ports.clock,
      scrub: ports.scrub ?? same,
    }),
  shell: ({ raw = {}, env = {} }, ports) => [
    shellTool({
      reach: reachOf({ allowList: [], denyList: [], home: ports.home }),
      clock: ports.clock,
      environment: () => ({ ...ports.childEnvironment(Object.keys(env)), ...env }),
      timeout: typeof raw['timeout'] === 'number' && raw['timeout'] > 0 ? raw['timeout'] : DEFAULT_TIMEOUT,
      scrub: ports.scrub ?? same,
    }),
  ],
};

const same = (text: string): string => text;
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** The tools of an agent, in the order of its toolsets. */
export function toolsFor(toolsets: readonly ToolsetSettings[], ports: ToolsPorts): readonly Tool[] {
  const tools = new Map<string, Tool>();
  for (const settings of toolsets) {
    for (const tool of chosen(settings, ports)) {
      if (tools.has(tool.name)) throw new ToolsetError('duplicate-tool', tool.name, `Two toolsets have the tool "${tool.name}"`);
      tools.set(tool.name, tool);
    }
  }
  return [...tools.values()];
}

function chosen(settings: ToolsetSettings, ports: ToolsPorts): readonly Tool[] {
  const { type, tools: wanted, readOnly } = settings;
  const maker = Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (!maker) {
    const near = nearest(type, Object.keys(MAKERS));
    throw new ToolsetError(
      'unserved',
      type,
      `Toolsets of type "${type}" are not served; served are ${Object.keys(MAKERS).join(' and ')}`,
      near,
    );
  }
  const all = maker(settings, ports);
  const names = all.map(({ name }) => name);
  for (const name of wanted ?? []) {
    if (!names.includes(name))
      throw new ToolsetError(
        'unknown-tool',
        name,
        `The toolset "${type}" has no tool "${name}"; it has ${names.join(', ')}`,
        nearest(name, names),
      );
  }
  return all.filter((tool) => (!wanted || wanted.includes(tool.name)) && (!readOnly || tool.readOnly));
}
