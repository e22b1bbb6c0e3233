import { holdfast, isCallFailure, type CallEvent, type CallFailure, type CallRecord, type HoldfastOptions } from '@holdfast/core';
import { MemoryHealth, type Part } from '@holdfast/core/engine';
import { scriptedModel, VirtualClock, type ScriptedModel, type ScriptedModelOptions } from '@holdfast/lab';

export type Prompt = Parameters<ScriptedModel['doStream']>[0]['prompt'];

export const PROMPT: Prompt = [{ role: 'user', content: [{ type: 'text', text: 'tell me' }] }];
export const AFTER_TOOL: Prompt = [
  ...PROMPT,
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {} }] },
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'look', output: { type: 'text', value: 'x' } }] },
];

/** Scripted models behind one chain, under a virtual clock. */
export function scene(
  scripts: Readonly<Record<string, NonNullable<ScriptedModelOptions['script']>>>,
  options: Partial<HoldfastOptions> = {},
) {
  const clock = new VirtualClock({ start: 1_700_000_000_000 });
  const models: Record<string, ScriptedModel> = {};
  for (const [id, script] of Object.entries(scripts)) models[id] = scriptedModel({ id, provider: 'lab', clock, script });
  const events: CallEvent[] = [];
  const health = new MemoryHealth();
  const model = holdfast({
    models: Object.values(models),
    clock,
    random: () => 0.5,
    health,
    emit: (event) => events.push(event),
    ...options,
  });
  return { clock, models, model, events, health };
}

/** What a consumer who understands withdrawals is left with. */
export interface Told {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly string[];
  readonly finish?: string;
  readonly record?: CallRecord;
  readonly failure?: CallFailure;
  readonly withdrawn: number;
  readonly types: readonly string[];
}

export async function tell(stream: ReadableStream<Part>): Promise<Told> {
  const told = { text: '', reasoning: '', calls: [] as string[], withdrawn: 0, types: [] as string[] } as {
    -readonly [K in keyof Told]: Told[K];
  } & { calls: string[]; types: string[] };
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return told;
    told.types.push(value.type);
    if (value.type === 'text-delta') told.text += value.delta;
    if (value.type === 'reasoning-delta') told.reasoning += value.delta;
    if (value.type === 'tool-call') told.calls.push(value.toolName);
    if (value.type === 'finish') {
      told.finish = value.finishReason.unified;
      told.record = value.providerMetadata?.['holdfast'] as unknown as CallRecord;
    }
    if (value.type === 'error') {
      if (!isCallFailure(value.error)) throw value.error;
      told.failure = value.error;
    }
    if (value.type === 'raw' && JSON.stringify(value.rawValue).includes('withdrawn')) {
      told.withdrawn += 1;
      told.text = told.reasoning = '';
    }
  }
}

/** The failure a promise rejects with. */
export const failureOf = async (work: PromiseLike<unknown>): Promise<CallFailure> =>
  Promise.resolve(work).then(
    () => {
      throw new Error('it answered');
    },
    (error: unknown) => {
      if (isCallFailure(error)) return error;
      throw error;
    },
  );
