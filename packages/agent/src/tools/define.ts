import type { Prepared, Tool, ToolContext, ToolOutput, ToolSpec, Touches } from '../ports.ts';
import { isSessionError } from '../rules/session-error.ts';
import { checkInput } from '../rules/tool-input.ts';

export type Input = Readonly<Record<string, unknown>>;

/** A tool whose work is a function: nothing to prepare, nothing to let go of. */
export interface Work extends ToolSpec {
  touches(input: Input, context: ToolContext): Promise<Touches>;
  run(input: Input, context: ToolContext): Promise<ToolOutput>;
}

/** Arguments are checked, and mended, before anything looks at them. */
export function checked<T extends ToolSpec>(tool: T & Pick<Tool, 'touches' | 'prepare'>): Tool {
  const input = (given: Input): Input => {
    const result = checkInput(tool.name, tool.parameters, given);
    if ('error' in result) throw new Error(result.error);
    return result.input;
  };
  return {
    ...specOf(tool),
    touches: async (given, context) => tool.touches(input(given), context),
    prepare: async (given, context) => tool.prepare(input(given), context),
  };
}

/** What a tool is, without what it does. */
export const specOf = (tool: ToolSpec): ToolSpec => ({
  name: tool.name,
  description: tool.description,
  parameters: tool.parameters,
  readOnly: tool.readOnly,
  idempotent: tool.idempotent,
  sequential: tool.sequential,
  ...(tool.polling !== undefined && { polling: tool.polling }),
  ...(tool.model !== undefined && { model: tool.model }),
  ...(tool.category !== undefined && { category: tool.category }),
  ...(tool.timeout !== undefined && { timeout: tool.timeout }),
});

/** What goes wrong while it works is its output: the model reads it and goes on. */
export const workTool = (work: Work): Tool =>
  checked({
    ...specOf(work),
    touches: (input, context) => work.touches(input, context),
    prepare: async (input, context): Promise<Prepared> => ({
      run: () =>
        work.run(input, context).catch((error: unknown) => {
          if (context.signal.aborted || isSessionError(error)) throw error;
          return failure(error instanceof Error ? error.message : String(error));
        }),
      drop: () => {},
    }),
  });

export const done = (output: string): ToolOutput => ({ output, failed: false });
export const failure = (output: string): ToolOutput => ({ output, failed: true });

export const object = (properties: Readonly<Record<string, unknown>>, required: readonly string[]): ToolSpec['parameters'] => ({
  type: 'object',
  properties,
  required,
});
export const oneOf = (words: readonly string[], description: string) => ({ type: 'string', enum: words, description });
export const text = (description: string) => ({ type: 'string', description });
export const count = (description: string) => ({ type: 'integer', minimum: 1, description });
export const flag = (description: string) => ({ type: 'boolean', description });
export const listOf = (items: unknown, description: string) => ({ type: 'array', items, description });

export const pathOf = (input: Input): string => input['path'] as string;
export const pathsOf = (input: Input): readonly string[] => input['paths'] as readonly string[];
