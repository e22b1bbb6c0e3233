import { ModelFailure, type CallRecord, type NewId } from '@holdfast/core';
import type { Part } from '@holdfast/core/engine';
import type { LiveEvent } from '../live.ts';
import type { PathLog } from '../log.ts';
import type { Origin, TokenUsage } from '../rules/events.ts';
import { ReplyBlocks } from '../rules/reply.ts';
import { usageOf } from '../rules/usage.ts';
import type { ModelReply } from '../rules/world.ts';

type Finish = Extract<Part, { type: 'finish' }>;
type Withdrawn = ModelReply['withdrawn'][number];

type Piece =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'tool-input'; readonly id: string; readonly name: string; readonly text: string }
  | { readonly type: 'withdrawn'; readonly kind: string; readonly message: string };

/** Failed and withdrawn attempts were paid for too. */
const more = (paid: TokenUsage | undefined, usage: TokenUsage): boolean =>
  paid !== undefined && ((paid.input ?? 0) > (usage.input ?? 0) || (paid.output ?? 0) > (usage.output ?? 0));

export interface AnswerPorts {
  readonly turn: number;
  readonly log: Pick<PathLog, 'session' | 'run' | 'attempt' | 'path'>;
  readonly taken: (id: string) => boolean;
  readonly newId: NewId;
  /** Names of the tools that were offered. */
  readonly tools: ReadonlySet<string>;
  readonly send: (event: LiveEvent) => void;
  /** Input window of a target by its reference, where it is known. */
  readonly windowOf: (ref: string) => number | undefined;
  /** Names the origin when the model is no chain and keeps no record. */
  readonly bare: { readonly provider: string; readonly modelId: string };
}

/** One answer as it arrives: pieces go to the live channel, blocks and markers are kept for the reply. */
export class Answer {
  readonly #ports: AnswerPorts;
  readonly #blocks: ReplyBlocks;
  #withdrawn: { readonly attempt: number; readonly kind: string; readonly message: string }[] = [];
  #finish: Finish | undefined;
  readonly #names = new Map<string, string>();

  constructor(ports: AnswerPorts) {
    this.#ports = ports;
    this.#blocks = new ReplyBlocks(ports.taken, ports.newId, ports.tools);
    this.#named();
  }

  take(part: Part): void {
    if (part.type === 'error') throw part.error;
    if (part.type === 'finish') this.#finish = part;
    else if (part.type === 'tool-input-start') this.#input(part.id, part.toolName, '');
    else if (part.type === 'tool-input-delta') this.#input(part.id, this.#names.get(part.id) ?? '', part.delta);
    else if (part.type === 'raw') this.#raw(part.rawValue);
    else {
      const shown = this.#blocks.take(part);
      if (shown) this.#send(shown);
    }
  }

  get text(): string {
    return this.#blocks.text;
  }

  reply(): ModelReply {
    const finish = this.#finish;
    if (!finish) throw new ModelFailure('truncated', 'the answer broke off without a finish');
    const unified = (finish.finishReason as Partial<Finish['finishReason']> | undefined)?.unified;
    if (unified === undefined) throw new ModelFailure('malformed', 'the answer ended with a finish that says nothing of why');
    const record = finish.providerMetadata?.['holdfast'] as CallRecord | undefined;
    const usd = record?.usd;
    const usage = record?.usage ?? usageOf(finish.usage);
    const origin = this.#origin(record);
    const window = this.#ports.windowOf(origin.ref);
    return {
      blocks: this.#blocks.done(),
      finish: unified,
      origin,
      usage,
      ...(record && more(record.paid, usage) && { paid: record.paid }),
      ...(usd !== undefined && { usd }),
      ...(record?.unpriced && { unpriced: true }),
      ...(window !== undefined && { window }),
      call: record?.id ?? this.#ports.newId(),
      marks: record?.marks ?? [],
      withdrawn: this.#markers(record),
    };
  }

  /** The markers of a call that failed; its error carries the record. */
  withdrawn(error: unknown): readonly Withdrawn[] {
    return this.#markers((error as { readonly record?: CallRecord } | undefined)?.record);
  }

  #markers(record: CallRecord | undefined): readonly Withdrawn[] {
    return this.#withdrawn.map((one) => ({
      type: 'attempt-withdrawn',
      turn: this.#ports.turn,
      target: record?.attempts.find(({ attempt }) => attempt === one.attempt)?.target ?? '',
      ...one,
    }));
  }

  #raw(value: unknown): void {
    const told = (value as { readonly holdfast?: Record<string, unknown> } | null | undefined)?.holdfast;
    if (told?.['type'] !== 'withdrawn') return;
    const { kind = 'unknown', message = '' } = (told['failure'] ?? {}) as { readonly kind?: string; readonly message?: string };
    this.#withdrawn.push({ attempt: Number(told['attempt']), kind, message });
    this.#blocks.withdraw();
    this.#send({ type: 'withdrawn', kind, message });
    this.#named();
  }

  #input(id: string, name: string, text: string): void {
    this.#names.set(id, name);
    this.#send({ type: 'tool-input', id, name, text });
  }

  /** Each showing has a name of its own; the reply is recorded under that of the last. */
  #named(): void {
    const { log, turn } = this.#ports;
    log.attempt = `${log.run}:${turn}.${this.#withdrawn.length + 1}`;
  }

  #send(what: Piece): void {
    const { log, turn, send } = this.#ports;
    send({ session: log.session, run: log.run, path: log.path, turn, attempt: log.attempt ?? '', ...what });
  }

  #origin(record: CallRecord | undefined): Origin {
    const { provider, modelId } = this.#ports.bare;
    const { place = 0, target: ref = `${provider}/${modelId}`, origin } = record ?? {};
    return { place, ref, ...(origin ?? { entry: provider, protocol: 'other', model: modelId, account: '' }) };
  }
}
