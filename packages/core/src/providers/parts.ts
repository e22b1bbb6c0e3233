import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import type { Part } from '../model.ts';

/** A whole answer as the parts a stream would have had. */
export function partsOf(result: LanguageModelV4GenerateResult): Part[] {
  const { response } = result;
  const parts: Part[] = [{ type: 'stream-start', warnings: result.warnings }];
  if (response) {
    const { id, timestamp, modelId } = response;
    parts.push({ type: 'response-metadata', ...(id && { id }), ...(timestamp && { timestamp }), ...(modelId && { modelId }) });
  }
  result.content.forEach((content, index) => parts.push(...contentParts(content, String(index))));
  const { finishReason, usage, providerMetadata } = result;
  parts.push({ type: 'finish', finishReason, usage, ...(providerMetadata && { providerMetadata }) });
  return parts;
}

function contentParts(content: LanguageModelV4Content, id: string): Part[] {
  const metadata = content.providerMetadata && { providerMetadata: content.providerMetadata };
  switch (content.type) {
    case 'text':
      return [
        { type: 'text-start', id },
        { type: 'text-delta', id, delta: content.text },
        { type: 'text-end', id, ...metadata, ...(content.citations && { citations: content.citations }) },
      ];
    case 'reasoning':
      return [
        { type: 'reasoning-start', id },
        { type: 'reasoning-delta', id, delta: content.text },
        { type: 'reasoning-end', id, ...metadata },
      ];
    case 'tool-call':
      return [
        {
          type: 'tool-input-start',
          id: content.toolCallId,
          toolName: content.toolName,
          ...(content.providerExecuted && { providerExecuted: true }),
        },
        { type: 'tool-input-delta', id: content.toolCallId, delta: content.input },
        { type: 'tool-input-end', id: content.toolCallId },
        content,
      ];
    default:
      return [content];
  }
}
