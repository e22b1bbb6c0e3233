import { isCallFailure, type Model, type NewId } from '@holdfast/core';
import { blamed, type Part } from '@holdfast/core/engine';
import type { AgentParts } from '../agent-parts.ts';
import type { Handle } from '../drive.ts';
import type { Live } from '../live.ts';
import type { PathLog } from '../log.ts';
import type { Redact, ToolSpec } from '../ports.ts';
import { endFailure } from '../rules/ending.ts';
import { replyNotice } from '../rules/reply-notice.ts';
import { structuredNotice } from '../rules/structured-notice.ts';
import type { RunState } from '../rules/run-state.ts';
import type { Toolbox } from '../toolbox.ts';
import { Answer, type AnswerPorts } from './model-answer.ts';
import type { Speakers } from './speakers.ts';

export interface ModelPorts {
  readonly parts: (agent: string) => AgentParts;
  readonly toolbox: (agent: string) => Toolbox;
  readonly speakers: Speakers;
  /** A model by its reference; throws a plain Error. */
  readonly modelFor?: (agent: string, ref: string) => Model;
  readonly windowOf?: (ref: string) => number | undefined;
  readonly log: PathLog;
  readonly live: Live;
  readonly newId: NewId;
  readonly redact: Redact;
  /** Who pays, in records and budgets. */
  readonly caller?: string;
}

/**
 * Asks the model for one reply.
 * M1. The session is the conversation; the loop also names the target that last answered, for a chain that remembers nothing. Whether it is
 *     kept is the chain's affair (P8).
 * M2. What was shown live is replaced by the reply that names its attempt, or was withdrawn.
 * M3. A call that fails ends in a failure with what had been shown; it never rejects but for a stop.
 * M4. Who speaks is in the state: agents that share a conversation share its transcript, each behind its own instruction and tools.
 */
export function modelHandler(ports: ModelPorts): Handle<'model'> {
  const specs = new Specs();
  return async ({ state, turn, context = [] }, signal) => {
    const parts = ports.parts(state.agent);
    const box = ports.toolbox(state.agent);
    const notices = [...(await box.refresh(state.added, signal))];
    const model = modelOf(ports, parts, state, notices);
    const { tools, names } = specs.of(box.offered());
    const answer = new Answer({ ...answerPorts(ports, model, signal), turn, tools: names, taken: (id) => state.called.has(id) });
    const told = () => (notices.length > 0 ? { notices } : {});
    try {
      const { stream } = await model.doStream({
        prompt: ports.speakers.prompt(parts.agent, box.instructions(), state, context),
        ...(tools.length > 0 && { tools }),
        ...(parts.agent.structured && { responseFormat: { type: 'json', ...parts.agent.structured } }),
        abortSignal: signal,
        providerOptions: { holdfast: options(ports, parts, state), ...CACHED },
      } as Parameters<Model['doStream']>[0]);
      await read(stream, answer, signal);
      const reply = answer.reply();
      const { structured } = parts.agent;
      const odd =
        replyNotice(reply, state.transcript.at(-1)?.role === 'tool') ?? (structured && structuredNotice(reply.blocks, structured));
      if (odd !== undefined) notices.push(odd);
      return ports.redact({ reply, ...told() });
    } catch (error) {
      if (signal.aborted) throw error;
      return ports.redact({ ...failureOf(error, answer), ...told() });
    }
  };
}

function failureOf(error: unknown, answer: Answer) {
  const record = isCallFailure(error) ? error.record : undefined;
  return {
    failure: endFailure(error, answer.text, record ? blamed(record) : []),
    withdrawn: answer.withdrawn(error),
    ...(record && { usage: record.paid, call: record.id }),
    ...(record?.usd !== undefined && { usd: record.usd }),
  };
}

/** A choice that cannot be had is said, and the agent's own model answers. */
function modelOf({ modelFor }: ModelPorts, { agent, model }: AgentParts, { turnModel, models }: RunState, notices: string[]): Model {
  const ref = (turnModel?.agent === agent.name ? turnModel.ref : undefined) ?? models.get(agent.name);
  if (ref === undefined) return model;
  try {
    if (!modelFor) throw new Error('this runtime has no other models');
    return modelFor(agent.name, ref);
  } catch (error) {
    notices.push(
      `${agent.name} cannot be asked with ${ref} (${error instanceof Error ? error.message : String(error)}); its own model answers`,
    );
    return model;
  }
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

const answerPorts = (
  { log, live, newId, redact, windowOf }: ModelPorts,
  model: Model,
  signal: AbortSignal,
): Omit<AnswerPorts, 'turn' | 'taken' | 'tools'> => ({
  log,
  newId,
  bare: model,
  windowOf: windowOf ?? (() => undefined),
  send: (event) => {
    if (live.heard && !signal.aborted) live.send(redact(event));
  },
});

const options = ({ log, caller }: ModelPorts, { onPartial = 'restart' }: AgentParts, { origin }: RunState) => ({
  run: log.run,
  session: [log.session, ...log.path].join('/'),
  onPartial,
  ...(caller !== undefined && { caller }),
  ...(origin && { keep: { place: origin.place, ref: origin.ref } }),
});

/** C14: what a turn adds is cached for the next one. Core takes it back where a target does not want it. */
const CACHED = { anthropic: { cacheControl: { type: 'ephemeral' as const } } };

const functionTool = ({ name, description, parameters }: ToolSpec) => ({
  type: 'function' as const,
  name,
  description,
  inputSchema: parameters,
});

/** Made once of the same tools: a chain knows their sizes and schemas by identity. */
class Specs {
  readonly #known = new WeakMap<readonly ToolSpec[], Specified>();

  of(offered: readonly ToolSpec[]): Specified {
    const known = this.#known.get(offered);
    if (known) return known;
    const own = { tools: offered.map(functionTool), names: new Set(offered.map(({ name }) => name)) };
    this.#known.set(offered, own);
    return own;
  }
}

interface Specified {
  readonly tools: ReturnType<typeof functionTool>[];
  readonly names: ReadonlySet<string>;
}
