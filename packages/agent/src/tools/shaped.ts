import { nearest } from '@holdfast/core/engine';
import type { Tool, Toolset } from '../ports.ts';
import { specOf } from './define.ts';
import { ToolsetError, type ToolsetSettings } from './settings.ts';

/** Longer names are refused by some vendors. */
const LONGEST_NAME = 64;

/**
 * What the settings of a toolset make of its tools: `tools` and `readonly` choose, `name` stands before each name, `model` answers after
 * them. A tool itself never learns the name it is called by. Throws a `ToolsetError` when `tools` names one that there is not.
 */
export function shaped(settings: ToolsetSettings, tools: readonly Tool[]): readonly Tool[] {
  const known = new Set(tools.flatMap(({ name }) => [name, named(settings, name)]));
  for (const name of settings.tools ?? []) {
    if (known.has(name)) continue;
    const names = tools.map((tool) => tool.name);
    throw new ToolsetError(
      'unknown-tool',
      name,
      `The toolset "${settings.type}" has no tool "${name}"; it has ${names.join(', ')}`,
      nearest(name, names),
    );
  }
  return chosen(settings, tools);
}

/** The same for tools that come and go: a name in `tools` that is not there now may be there later. */
export function shapedToolset(settings: ToolsetSettings, toolset: Toolset): Toolset {
  const instruction = (): string | undefined => instructionOf(settings, toolset.instruction?.());
  return {
    name: toolset.name,
    instruction,
    tools: async (signal) => chosen(settings, await toolset.tools(signal)),
    ...((toolset.deferred || settings.raw?.['defer'] === true) && { deferred: true }),
    ...(toolset.prompts && { prompts: (signal) => toolset.prompts!(signal) }),
    close: () => toolset.close(),
  };
}

/** Docker's `instruction` stands in place of that of the toolset, which it may hold as `{ORIGINAL_INSTRUCTIONS}`. */
export function instructionOf({ instruction }: ToolsetSettings, original?: string): string | undefined {
  const text = (instruction === undefined ? original : instruction.replaceAll('{ORIGINAL_INSTRUCTIONS}', () => original ?? ''))?.trim();
  return text === '' ? undefined : text;
}

function chosen(settings: ToolsetSettings, tools: readonly Tool[]): readonly Tool[] {
  const { tools: wanted, readOnly } = settings;
  const model = settings.raw?.['model'];
  return tools
    .filter((tool) => !wanted || wanted.includes(tool.name) || wanted.includes(named(settings, tool.name)))
    .filter((tool) => !readOnly || tool.readOnly)
    .map((tool) => {
      const name = named(settings, tool.name);
      if (name === tool.name && typeof model !== 'string') return tool;
      return {
        ...specOf(tool),
        name,
        ...(typeof model === 'string' && { model }),
        touches: (input, context) => tool.touches(input, context),
        prepare: (input, context) => tool.prepare(input, context),
      };
    });
}

function named({ raw }: ToolsetSettings, name: string): string {
  const prefix = raw?.['name'];
  if (typeof prefix !== 'string' || prefix === '') return name;
  return `${prefix.replace(/[^A-Za-z0-9_-]+/g, '_')}_${name}`.slice(0, LONGEST_NAME);
}
