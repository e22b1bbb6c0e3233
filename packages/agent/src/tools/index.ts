import { nearest } from '@holdfast/core/engine';
import type { Tool, Toolset } from '../ports.ts';
import { BUILTIN_MAKERS } from './makers-builtin.ts';
import { mcpOf } from './makers-mcp.ts';
import { RUN_MAKERS } from './makers-run.ts';
import { ToolsetError, type Made, type Maker, type ToolsetSettings, type ToolsPorts } from './settings.ts';
import { instructionOf, shaped, shapedToolset } from './shaped.ts';

export { ToolsetError, type ToolsetSettings, type ToolsPorts } from './settings.ts';

const MAKERS: Readonly<Record<string, Maker>> = {
  ...RUN_MAKERS,
  ...BUILTIN_MAKERS,
  mcp: (settings, ports) => ({ toolset: mcpOf(settings, ports), shaped: true }),
};

/** What the toolsets of one agent came to. */
export interface AgentTools {
  readonly tools: readonly Tool[];
  /** Tools with a life of their own, and those that are deferred. */
  readonly toolsets: readonly Toolset[];
  /** For the prompt, in the order of the file: what `tools` have to say; a `Toolset` says its own. */
  readonly instructions: readonly string[];
  /** Ends what was started: jobs, connections. Resolves when nothing is left of it. */
  close(): Promise<void>;
}

/** The tools of an agent, in the order of its toolsets. Starts nothing. Throws a `ToolsetError`. */
export function toolsetsFor(all: readonly ToolsetSettings[], ports: ToolsPorts): AgentTools {
  const beside = new Set(all.map(({ type }) => type));
  const made = all.map((settings) => ({ settings, ...madeOf(settings, ports, beside) }));
  const offered = made.map((one) => ({ ...one, ...divided(one.settings, one.tools ? shaped(one.settings, one.tools) : []) }));
  const tools = unique(offered.flatMap(({ now, later }) => [...now, ...later]));
  const deferred = new Set(offered.flatMap(({ later }) => later));
  const closed = made.map(({ close }) => close);
  const toolsets = offered.flatMap(({ settings, later, toolset, shaped: done }) => [
    ...(later.length > 0 ? [shelf(settings.type, later)] : []),
    ...(toolset ? [done ? toolset : shapedToolset(settings, toolset)] : []),
  ]);
  return {
    tools: tools.filter((tool) => !deferred.has(tool)),
    toolsets,
    instructions: made.flatMap(({ settings, toolset, instruction }) => (toolset ? [] : (instructionOf(settings, instruction) ?? []))),
    close: async () => void (await Promise.allSettled([...closed.map((close) => close?.()), ...toolsets.map((one) => one.close())])),
  };
}

/** The plain tools alone, deferred ones too: for who has no place for toolsets that come and go. */
export const toolsFor = (toolsets: readonly ToolsetSettings[], ports: ToolsPorts): readonly Tool[] =>
  toolsetsFor(
    toolsets.map(({ raw, ...settings }) => ({ ...settings, raw: { ...raw, defer: undefined } })),
    ports,
  ).tools;

function madeOf(settings: ToolsetSettings, ports: ToolsPorts, beside: ReadonlySet<string>): Made {
  const { type } = settings;
  const maker = Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (maker) {
    const made = maker(settings, ports, beside);
    return 'length' in made ? { tools: made } : made;
  }
  const served = Object.keys(MAKERS);
  const message = `Toolsets of type "${type}" are not served; served are ${served.slice(0, -1).join(', ')} and ${served.at(-1)}`;
  throw new ToolsetError('unserved', type, message, nearest(type, served));
}

/** `defer: true` are all of them, a list those it names. */
function divided({ raw }: ToolsetSettings, tools: readonly Tool[]): { readonly now: readonly Tool[]; readonly later: readonly Tool[] } {
  const defer = raw?.['defer'];
  const waits = ({ name }: Tool): boolean => defer === true || (Array.isArray(defer) && defer.includes(name));
  return { now: tools.filter((tool) => !waits(tool)), later: tools.filter(waits) };
}

const shelf = (type: string, tools: readonly Tool[]): Toolset => ({
  name: type,
  deferred: true,
  tools: async () => tools,
  close: async () => {},
});

function unique(tools: readonly Tool[]): readonly Tool[] {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name)) throw new ToolsetError('duplicate-tool', name, `Two toolsets have the tool "${name}"`);
    names.add(name);
  }
  return tools;
}
