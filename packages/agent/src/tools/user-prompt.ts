import type { Elicitation } from '../rules/events.ts';
import type { Tool } from '../ports.ts';
import { done, failure, object, text, workTool } from './define.ts';

/** Idempotent: a call that is resumed asks under the same id, and an answer that was given meanwhile is still there. */
export const userPromptTool = (): Tool =>
  workTool({
    name: 'user_prompt',
    description:
      'Asks the user a question and waits for the answer: for a decision, for something you cannot find out, or before something that cannot be undone. With a JSON Schema the answer has its shape: {"type":"string","enum":[…]} to choose, {"type":"object","properties":{…}} for a form. Gives back {"action","content"}; action is accept, decline or cancel.',
    parameters: object(
      {
        message: text('The question, as the user reads it'),
        title: text('A short title'),
        schema: {
          type: 'object',
          description: 'JSON Schema of the answer: an object with flat properties, or one value; a line of text unless given',
        },
      },
      ['message'],
    ),
    readOnly: true,
    idempotent: true,
    sequential: true,
    category: 'user_prompt',
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, context) => {
      const message = input['message'] as string;
      const title = (input['title'] as string | undefined)?.trim() ?? '';
      if (message.trim() === '') throw new Error('message is empty.');
      const { action, content } = await context.elicit({
        mode: 'form',
        message,
        from: 'user_prompt',
        schema: formOf(input['schema'] as Schema | undefined),
        ...(title !== '' && { title }),
      });
      return action === 'accept' ? done(JSON.stringify({ action, content: content ?? {} })) : failure(JSON.stringify({ action }));
    },
  });

type Schema = NonNullable<Elicitation['schema']>;

/** A form always has fields: one value becomes the field `value`, no schema a line of text. */
function formOf(schema: Schema | undefined): Schema {
  if (schema === undefined || Object.keys(schema).length === 0)
    return object({ response: { type: 'string', title: 'Answer' } }, ['response']);
  return schema['type'] === 'object' || 'properties' in schema ? { ...schema, type: 'object' } : object({ value: schema }, ['value']);
}
