import { argumentsOf } from './arguments.ts';
import type { Block, Origin } from './events.ts';
import type { Message } from './fold.ts';

/** Shapes of an AI SDK prompt, as far as a transcript needs them. */
type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };
type Options = Record<string, { [key: string]: Json | undefined }>;
type FileData = { type: 'data'; data: string } | { type: 'url'; url: URL };
export type PromptPart =
  | { type: 'text'; text: string; providerOptions?: Options }
  | { type: 'reasoning'; text: string; providerOptions?: Options }
  | { type: 'file'; data: FileData; mediaType: string; providerOptions?: Options }
  | { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown; providerOptions?: Options };
type ToolResult = {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  output: { type: 'text' | 'error-text'; value: string };
};
export type PromptMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: { type: 'text'; text: string }[] }
  | { role: 'assistant'; content: PromptPart[]; providerOptions?: Options }
  | { role: 'tool'; content: ToolResult[] };

export interface PromptHead {
  readonly instruction: string;
  /** `2026-11-20`. */
  readonly date?: string;
  readonly environment?: EnvironmentInfo;
}

export interface EnvironmentInfo {
  readonly cwd: string;
  readonly git: boolean;
  readonly platform: string;
  readonly arch: string;
}

/**
 * Builds prompts of one transcript, each from the last.
 * P1. Append-only: the prompt of a longer transcript begins with the prompt of the shorter one, so that caches hold.
 * P2. Each message is translated once and frozen: whoever reads prompts below needs to read only what is new.
 * P3. Results stand in the order of their calls, whatever order they landed in.
 */
export class Prompter {
  readonly #built: PromptMessage[];
  #upto = 0;

  constructor(head: PromptHead) {
    this.#built = systemOf(head).map(frozen);
  }

  /** Nothing may be owed: a group of results is translated as a whole. */
  extend(transcript: readonly Message[]): PromptMessage[] {
    while (this.#upto < transcript.length) {
      const message = transcript[this.#upto++] as Message;
      if (message.role === 'user') this.#add({ role: 'user', content: [{ type: 'text', text: message.text }] });
      else if (message.role === 'assistant') this.#assistant(message);
      else this.#results(transcript);
    }
    return this.#built.slice();
  }

  #add(message: PromptMessage): void {
    this.#built.push(frozen(message));
  }

  #assistant(message: Message & { role: 'assistant' }): void {
    const providerOptions = { holdfast: { origin: originOf(message.origin) } };
    const content = message.blocks.map((block) => partOf(block, providerOptions)).filter((part) => part !== undefined);
    // An empty turn was an answer; in a prompt vendors refuse it.
    if (content.length > 0) this.#add({ role: 'assistant', content, providerOptions });
  }

  #results(transcript: readonly Message[]): void {
    const from = this.#upto - 1;
    while (transcript[this.#upto]?.role === 'tool') this.#upto++;
    const results = transcript.slice(from, this.#upto) as (Message & { role: 'tool' })[];
    const asked = this.#built.at(-1);
    const order = asked?.role === 'assistant' ? asked.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : [])) : [];
    results.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
    this.#add({ role: 'tool', content: results.map(resultOf) });
  }
}

function frozen(message: PromptMessage): PromptMessage {
  Object.freeze(message.content);
  return Object.freeze(message);
}

const resultOf = ({ id, name, output, failed }: Message & { role: 'tool' }): ToolResult => ({
  type: 'tool-result',
  toolCallId: id,
  toolName: name,
  output: { type: failed ? 'error-text' : 'text', value: output },
});

function partOf(block: Block, own: Options): PromptPart | undefined {
  const providerOptions = block.meta === undefined ? own : { ...(block.meta as Options), ...own };
  switch (block.type) {
    case 'text':
      return block.text === '' && block.meta === undefined ? undefined : { type: 'text', text: block.text, providerOptions };
    case 'reasoning':
      return { type: 'reasoning', text: block.text, providerOptions };
    case 'file':
      return { type: 'file', mediaType: block.mediaType, data: dataOf(block.data), providerOptions };
    case 'tool-call':
      return { type: 'tool-call', toolCallId: block.id, toolName: block.name, input: inputOf(block), providerOptions };
  }
}

const dataOf = (data: string): FileData => (/^https?:/.test(data) ? { type: 'url', url: new URL(data) } : { type: 'data', data });

/** Vendors take an object only; text that is none is shown to the model as what it was. */
function inputOf(block: Block & { type: 'tool-call' }): unknown {
  const parsed = argumentsOf(block);
  return 'input' in parsed ? parsed.input : { invalid: block.input };
}

const originOf = ({ place, ref, entry, protocol, model, account }: Origin) => ({ place, ref, entry, protocol, model, account });

function systemOf({ instruction, date, environment }: PromptHead): PromptMessage[] {
  const texts = [instruction.trim(), date && `Today's date: ${date}`, environment && environmentText(environment)];
  const content = texts.filter((text) => text).join('\n\n');
  return content === '' ? [] : [{ role: 'system', content }];
}

const environmentText = ({ cwd, git, platform, arch }: EnvironmentInfo) =>
  `Here is useful information about the environment you are running in:
<env>
Working directory: ${cwd}
Is directory a git repo: ${git ? 'Yes' : 'No'}
Operating System: ${platform}
CPU Architecture: ${arch}
</env>`;
