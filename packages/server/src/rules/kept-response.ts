import { isObject, isText, type Json, type JsonObject } from '@holdfast/core/wire';

/** A response that can be asked for again, or gone on from (field note 19). */
export interface KeptResponse {
  readonly id: string;
  /** The one it went on from. */
  readonly previous?: string;
  /** Its own input, references resolved; what it went on from is not repeated. */
  readonly input: readonly JsonObject[];
  /** As its client had it. */
  readonly response: JsonObject;
  /** Epoch ms. */
  readonly at: number;
}

/** An input as items: a text is a user's message. */
export function inputItems(input: Json | undefined): readonly JsonObject[] {
  if (isText(input)) return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }];
  return Array.isArray(input) ? (input as readonly Json[]).filter(isObject) : [];
}

export const outputItems = ({ response }: KeptResponse): readonly JsonObject[] => inputItems(response['output']);

const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fco',
  reasoning: 'rs',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
};

/** The input as it is listed: every item has an id. Ids that we make are told apart by `hf`: no provider knows them. */
export function listed({ id, input }: KeptResponse): readonly JsonObject[] {
  const base = id.replace(/^resp_/, '').replace(/[^A-Za-z0-9]/g, '');
  return input.map((item, at) => {
    const type = isText(item['type']) ? item['type'] : 'message';
    return isText(item['id']) && item['id'] !== '' ? item : { ...item, type, id: `${PREFIXES[type] ?? 'item'}_hf${base}i${at}` };
  });
}

/** All that can be referred to, by its id. */
export const referable = (kept: KeptResponse): ReadonlyMap<string, JsonObject> =>
  new Map([...listed(kept), ...outputItems(kept)].flatMap((item) => (isText(item['id']) ? [[item['id'], item] as const] : [])));
