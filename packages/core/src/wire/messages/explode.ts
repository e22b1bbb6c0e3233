import { isObject, type Json, type JsonObject } from '../json.ts';
import type { WireFrame } from '../wire-part.ts';

const frame = (json: JsonObject): WireFrame => ({ event: String(json['type']), data: JSON.stringify(json), json });

/** A whole answer as the frames in which it would have been streamed: nothing of it is lost. */
export function explode(message: JsonObject): readonly WireFrame[] {
  const { content, stop_reason: reason = null, stop_sequence: sequence = null, stop_details: details, usage = {} } = message;
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  const head = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: isObject(usage) ? { ...usage, output_tokens: 0 } : usage,
  };
  const delta = { stop_reason: reason, stop_sequence: sequence, ...(details !== undefined && { stop_details: details }) };
  return [
    frame({ type: 'message_start', message: head }),
    ...blocks.flatMap(blockFrames),
    frame({ type: 'message_delta', delta, usage }),
    frame({ type: 'message_stop' }),
  ];
}

function blockFrames(block: JsonObject, index: number): WireFrame[] {
  const { start, deltas } = taken(block);
  return [
    frame({ type: 'content_block_start', index, content_block: start }),
    ...deltas.map((delta) => frame({ type: 'content_block_delta', index, delta })),
    frame({ type: 'content_block_stop', index }),
  ];
}

/** What of a block comes in pieces: readers of streams look for it there, not in its start. */
function taken(block: JsonObject): { readonly start: JsonObject; readonly deltas: readonly JsonObject[] } {
  switch (block['type']) {
    case 'text': {
      const { citations, ...start } = block;
      const cited = Array.isArray(citations) ? (citations as readonly Json[]) : [];
      const deltas = [{ type: 'text_delta', text: block['text'] }, ...cited.map((citation) => ({ type: 'citations_delta', citation }))];
      return { start: { ...start, text: '', ...(citations !== undefined && { citations: citations === null ? null : [] }) }, deltas };
    }
    case 'thinking': {
      const { thinking, signature } = block;
      const deltas = [
        ...(thinking === '' ? [] : [{ type: 'thinking_delta', thinking }]),
        ...(signature === undefined ? [] : [{ type: 'signature_delta', signature }]),
      ];
      return { start: { ...block, thinking: '', signature: '' }, deltas };
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return { start: { ...block, input: {} }, deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(block['input'] ?? {}) }] };
    default:
      return { start: block, deltas: [] };
  }
}
