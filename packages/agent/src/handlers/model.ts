import { isCallFailure, type Model, type NewId } from '@holdfast/core';
import { blamed, type OnPartial, type Part } from '@holdfast/core/engine';
import type { Handle } from '../drive.ts';
import type { Live } from '../live.ts';
import type { SessionLog } from '../log.ts';
import type { Redact, ToolSpec } from '../ports.ts';
import type { PromptHead } from '../rules/prompt.ts';
import { endFailure } from '../rules/ending.ts';
import type { RunState } from '../rules/fold.ts';
import { Prompter } from '../rules/prompt.ts';
import { Answer, type AnswerPorts } from './model-answer.ts';

export interface ModelPorts {
  readonly model: Model;
  readonly tools: readonly ToolSpec[];
  readonly head: PromptHead;
  readonly log: SessionLog;
  readonly live: Live;
  readonly newId: NewId;
  readonly redact: Redact;
  /** Who pays, in records and budgets. */
  readonly caller?: string;
  /** What becomes of a reply that breaks after its first text; the loop and its viewers can withdraw (C5). */
  readonly onPartial?: OnPartial;
}

/**
 * Asks the model for one reply.
 * M1. The session is the conversation; the loop also names the target that last answered, for a chain that remembers nothing. Whether it is
 *     kept is the chain's affair (P8).
 * M2. What was shown live is replaced by the reply that names its attempt, or was withdrawn.
 * M3. A call that fails ends in a failure with what had been shown; it never rejects but for a stop.
 */
export function modelHandler(ports: ModelPorts): Handle<'model'> {
  const prompter = new Prompter(ports.head);
  const seen = new SeenIds();
  const tools = ports.tools.map(functionTool);
  return async ({ state, turn }, signal) => {
    seen.look(state);
    const answer = new Answer({ ...answerPorts(ports, signal), turn, taken: (id) => seen.has(id) });
    try {
      const { stream } = await ports.model.doStream({
        prompt: prompter.extend(state.transcript) as Parameters<Model['doStream']>[0]['prompt'],
        ...(tools.length > 0 && { tools }),
        abortSignal: signal,
        providerOptions: { holdfast: options(ports, state) },
      });
      await read(stream, answer, signal);
      return ports.redact({ reply: answer.reply() });
    } catch (error) {
      if (signal.aborted) throw error;
      return ports.redact({
        failure: endFailure(error, answer.text, isCallFailure(error) ? blamed(error.record) : []),
        withdrawn: answer.withdrawn(error),
      });
    }
  };
}

async function read(stream: ReadableStream<Part>, answer: Answer, signal: AbortSignal): Promise<void> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      answer.take(value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const answerPorts = ({ model, log, live, newId, redact }: ModelPorts, signal: AbortSignal): Omit<AnswerPorts, 'turn' | 'taken'> => ({
  log,
  newId,
  bare: model,
  send: (event) => {
    if (live.heard && !signal.aborted) live.send(redact(event));
  },
});

const options = ({ log, caller, onPartial = 'restart' }: ModelPorts, { origin }: RunState) => ({
  run: log.run,
  session: log.session,
  onPartial,
  ...(caller !== undefined && { caller }),
  ...(origin && { keep: { place: origin.place, ref: origin.ref } }),
});

const functionTool = ({ name, description, parameters }: ToolSpec) => ({
  type: 'function' as const,
  name,
  description,
  inputSchema: parameters,
});

/** The call ids of a session, each transcript message looked at once. */
class SeenIds {
  readonly #ids = new Set<string>();
  #upto = 0;

  look({ transcript }: RunState): void {
    for (; this.#upto < transcript.length; this.#upto++) {
      const message = transcript[this.#upto];
      if (message?.role !== 'assistant') continue;
      for (const block of message.blocks) if (block.type === 'tool-call') this.#ids.add(block.id);
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
