import type { EventRow, RunEvent } from '@holdfast/agent';
import { bytesWords } from './attachment-words.ts';
import { endWords } from './end-words.ts';

/** The agent of a path's last step: `researcher@c1` is the researcher. */
export const speakerOf = (path: EventRow['path']): string => (path.at(-1) ?? '').replace(/@.*$/s, '');

/** `!`: who reads on should know it. `·`: what happened beside answers and tools. */
export interface Beside {
  readonly mark: '·' | '!';
  readonly text: string;
}

const aside = (text: string): Beside => ({ mark: '·', text });

/** What happened beside answers and tools, in one line; undefined: nothing is to be said of it. */
export function besideWords(event: RunEvent): Beside | undefined {
  switch (event.type) {
    case 'notice':
      return { mark: '!', text: event.text };
    case 'loop-warning':
      return { mark: '!', text: 'it goes in circles, and was told so; once more and the run is stopped' };
    case 'agent-switch':
      return aside(event.how === 'handoff' ? `${event.from} hands over to ${event.to}` : `${event.to} answers from here on`);
    case 'model-choice':
      return aside(choiceWords(event));
    case 'compaction':
      return aside(`${CAUSE[event.why]}; the conversation is summarised, its newest ${count(event.keep, 'message')} kept word for word`);
    case 'permissions':
      return aside('this session has new permission rules');
    case 'tools-added':
      return aside(`it has more tools now: ${event.names.join(', ')}`);
    case 'limit-raised':
      return aside(
        event.limit === 'iterations' ? `it may go on, up to ${event.to} model calls` : `it may go on past its ${event.limit} limit`,
      );
    default:
      return undefined;
  }
}

const CAUSE = {
  threshold: 'the context is nearly full',
  overflow: 'the context was too long for the model',
  manual: 'as asked',
} as const;

function choiceWords({ agent, ref, lasts }: RunEvent & { readonly type: 'model-choice' }): string {
  if (ref === undefined) return `${agent} is asked with its own model again`;
  return lasts === 'turn' ? `the next answer of ${agent} is asked of ${ref}` : `${agent} is asked with ${ref} from here on`;
}

const count = (n: number, noun: string): string => `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;

const KINDS = { transfer: 'works on', background: 'works in the background on', skill: 'runs the skill for' } as const;

/** A child begins or goes on; undefined: it is none. */
export function childStart({ event, path }: Pick<EventRow, 'event' | 'path'>): string | undefined {
  if (event.type !== 'run-start' || path.length === 0) return undefined;
  const what = event.task ? `${KINDS[event.task.kind]}: ${event.task.task}` : 'begins';
  return `${speakerOf(path)} ${event.resumed ? 'goes on; it ' : ''}${what}`;
}

export function childEnd({ event, path }: Pick<EventRow, 'event' | 'path'>): string | undefined {
  if (event.type !== 'run-end' || path.length === 0) return undefined;
  return `${speakerOf(path)} ${endWords(event) ?? 'is done'}`;
}

/** A text that was attached, as `prompt-text.ts` writes it. */
const ATTACHED = /\n\n<file name="([^"\n]*)">\n[^]*?\n<\/file>(?=\n\n<file |$)/g;

/** What somebody said to the session; what is attached by its name alone. */
export const saidWords = ({ text, files = [] }: RunEvent & { readonly type: 'input' }): string =>
  [text.replace(ATTACHED, ' [$1]').trim(), ...files.map(({ name, mediaType, data }) => `[${name ?? mediaType}, ${bytesWords(data)}]`)].join(
    ' ',
  );
