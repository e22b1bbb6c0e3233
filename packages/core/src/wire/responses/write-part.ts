import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isObject, type JsonObject } from '../json.ts';
import type { Answer } from './answer.ts';
import { objectAt } from './json-read.ts';
import * as calls from './write-calls.ts';
import * as texts from './write-text.ts';
import * as thoughts from './write-thought.ts';

/** One part's content, written anew; '' for what shows nothing here. */
export function written(answer: Answer, part: LanguageModelV4StreamPart): string {
  switch (part.type) {
    case 'text-start':
      return texts.textStart(answer, part);
    case 'text-delta':
      return texts.textDelta(answer, part);
    case 'text-end':
      return texts.textEnd(answer, part);
    case 'source':
      return texts.source(answer, part);
    case 'reasoning-start':
      return thoughts.thoughtStart(answer, part);
    case 'reasoning-delta':
      return thoughts.thoughtDelta(answer, part);
    case 'reasoning-end':
      return thoughts.thoughtEnd(answer, part);
    case 'tool-input-start':
      return calls.inputStart(answer, part);
    case 'tool-input-delta':
      return calls.inputDelta(answer, part);
    case 'tool-call':
      return calls.toolCall(answer, part);
    case 'tool-result':
      return calls.toolResult(answer, part);
    case 'file':
      return calls.file(answer, part);
    case 'custom': {
      const { item } = objectAt((part.providerMetadata ?? {}) as JsonObject, 'openai');
      return isObject(item) ? calls.whole(answer, item) : '';
    }
    default:
      return '';
  }
}
