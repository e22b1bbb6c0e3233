import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { overwritten } from './usage.ts';

type Open = Record<string, Json | undefined>;

/** Deltas that carry a text to be put behind what there is, by the field of the block that grows. */
const GROWS: Readonly<Record<string, string>> = { text_delta: 'text', thinking_delta: 'thinking' };

/** The message that a stream's frames add up to, as the official SDK adds them; fields and deltas that nobody knows are kept. */
export function folded(frames: Iterable<JsonObject>): JsonObject {
  const message: Open = {};
  const content = new Map<number, Open>();
  const inputs = new Map<number, string>();
  for (const frame of frames) {
    const at = Number(frame['index']);
    const block = content.get(at);
    switch (frame['type']) {
      case 'message_start':
        if (isObject(frame['message'])) Object.assign(message, frame['message']);
        if (Array.isArray(message['content']))
          message['content'].filter(isObject).forEach((given, place) => content.set(place, { ...given }));
        break;
      case 'content_block_start':
        if (isObject(frame['content_block'])) content.set(at, begun(frame['content_block'], message));
        break;
      case 'content_block_delta':
        if (block && isObject(frame['delta'])) piece(block, frame['delta'], at, inputs);
        break;
      case 'content_block_stop':
        if (block && (inputs.get(at) ?? '') !== '') block['input'] = parsed(inputs.get(at)!);
        break;
      case 'message_delta':
        ended(message, frame);
    }
  }
  return { ...message, content: [...content.values()] };
}

/** The model that answered after a fallback of the provider's own is named by that block. */
function begun(block: JsonObject, message: Open): Open {
  const { type, to } = block;
  if (type === 'fallback' && isObject(to) && isText(to['model'])) message['model'] = to['model'];
  return { ...block };
}

function piece(block: Open, delta: JsonObject, at: number, inputs: Map<number, string>): void {
  const { type, ...fields } = delta;
  if (type === 'input_json_delta') {
    inputs.set(at, (inputs.get(at) ?? '') + (isText(delta['partial_json']) ? delta['partial_json'] : ''));
  } else if (type === 'citations_delta') {
    const { citations } = block;
    block['citations'] = [...(Array.isArray(citations) ? (citations as readonly Json[]) : []), delta['citation'] ?? null];
  } else if (isText(type) && Object.hasOwn(GROWS, type)) {
    const field = GROWS[type]!;
    block[field] = `${isText(block[field]) ? block[field] : ''}${isText(delta[field]) ? delta[field] : ''}`;
  } else Object.assign(block, fields);
}

/** What the model wrote is handed on even where it is no JSON: an answer may end, by its limit, in the middle of a call. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { invalid: text };
  }
}

function ended(message: Open, { delta, usage, ...beside }: JsonObject): void {
  Object.assign(message, delta);
  for (const name in beside) if (name !== 'type' && beside[name] !== null && beside[name] !== undefined) message[name] = beside[name];
  if (isObject(usage)) message['usage'] = overwritten(isObject(message['usage']) ? message['usage'] : {}, usage);
}
