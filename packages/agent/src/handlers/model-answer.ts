import { ModelFailure, type CallRecord, type NewId } from '@holdfast/core';
import type { Part } from '@holdfast/core/engine';
import type { LiveEvent } from '../live.ts';
import type { SessionLog } from '../log.ts';
import type { Origin } from '../rules/events.ts';
import { ReplyBlocks } from '../rules/reply.ts';
import { usageOf } from '../rules/usage.ts';
import type { ModelReply } from '../rules/world.ts';

type Finish = Extract<Part, { type: 'finish' }>;
type Withdrawn = ModelReply['withdrawn'][number];

export interface AnswerPorts {
  readonly turn: number;
  readonly log: Pick<SessionLog, 'session' | 'run' | 'attempt'>;
  readonly taken: (id: string) => boolean;
  readonly newId: NewId;
  readonly send: (event: LiveEvent) => void;
  /** Names the origin when the model is no chain and keeps no record. */
  readonly bare: { readonly provider: string; readonly modelId: string };
}

/** One answer as it arrives: pieces go to the live channel, blocks and markers are kept for the reply. */
export class Answer {
  readonly #ports: AnswerPorts;
  readonly #blocks: ReplyBlocks;
  #withdrawn: { readonly attempt: number; readonly kind: string; readonly message: string }[] = [];
  #finish: Finish | undefined;

  constructor(ports: AnswerPorts) {
    this.#ports = ports;
    this.#blocks = new ReplyBlocks(ports.taken, ports.newId);
    this.#named();
  }

  take(part: Part): void {
    if (part.type === 'error') throw part.error;
    if (part.type === 'finish') this.#finish = part;
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
    const record = finish.providerMetadata?.['holdfast'] as CallRecord | undefined;
    const usd = record?.usd;
    return {
      blocks: this.#blocks.done(),
      finish: finish.finishReason.unified,
      origin: this.#origin(record),
      usage: record?.usage ?? usageOf(finish.usage),
      ...(usd !== undefined && { usd }),
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

  /** Each showing has a name of its own; the reply is recorded under that of the last. */
  #named(): void {
    const { log, turn } = this.#ports;
    log.attempt = `${log.run}:${turn}.${this.#withdrawn.length + 1}`;
  }

  #send(
    what:
      | { readonly type: 'text' | 'reasoning'; readonly text: string }
      | Pick<Extract<LiveEvent, { type: 'withdrawn' }>, 'type' | 'kind' | 'message'>,
  ): void {
    const { log, turn, send } = this.#ports;
    send({ session: log.session, run: log.run, turn, attempt: log.attempt ?? '', ...what });
  }

  #origin(record: CallRecord | undefined): Origin {
    const { provider, modelId } = this.#ports.bare;
    const { place = 0, target: ref = `${provider}/${modelId}`, origin } = record ?? {};
    return { place, ref, ...(origin ?? { entry: provider, protocol: 'other', model: modelId, account: '' }) };
  }
}
