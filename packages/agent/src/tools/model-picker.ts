import { nearest } from '@holdfast/core/engine';
import type { RunEvent } from '../rules/events.ts';
import type { Tool, ToolContext } from '../ports.ts';
import { done, object, oneOf, workTool } from './define.ts';

const KIND = {
  readOnly: true,
  idempotent: true,
  sequential: true,
  category: 'model',
  touches: async () => ({ reads: [], writes: [] }),
} as const;

/** The agent chooses its own model among those its file lists. The choice is an event: it holds for the session, also when that is resumed. */
export const modelPickerTools = (models: readonly string[]): readonly Tool[] => [
  workTool({
    ...KIND,
    name: 'change_model',
    description: `Goes on with another model from your next turn: a faster one for simple work, a stronger one for hard work. There are: ${models.join(', ') || 'none'}.`,
    parameters: object({ model: oneOf(models, 'One of the models listed') }, ['model']),
    run: async (input, context) => {
      const model = (input['model'] as string).trim();
      if (!models.includes(model)) throw new Error(refusal(model, models));
      return { ...done(`From your next turn on you are ${model}.`), events: [choice(context, model)] };
    },
  }),
  workTool({
    ...KIND,
    name: 'revert_model',
    description: 'Goes back to your own model from your next turn. Do it when the work that wanted another one is done.',
    parameters: object({}, []),
    run: async (_input, context) => ({ ...done('From your next turn on you are your own model again.'), events: [choice(context)] }),
  }),
];

const choice = ({ agent }: ToolContext, ref?: string): RunEvent => ({
  type: 'model-choice',
  agent,
  ...(ref !== undefined && { ref }),
  lasts: 'session',
});

function refusal(model: string, models: readonly string[]): string {
  if (models.length === 0) return 'No model can be chosen: the toolset lists none (models: in the agent file).';
  const near = nearest(model, models);
  return `"${model}" cannot be chosen; there are ${models.join(', ')}${near === undefined ? '' : `. Did you mean "${near}"?`}`;
}
