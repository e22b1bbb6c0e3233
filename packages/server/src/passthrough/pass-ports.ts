import type { Clock, ModelFailure, Part } from '@holdfast/core/engine';

export interface PassPorts {
  readonly clock: Pick<Clock, 'after'>;
  /** The failure that an in-band error frame stands for. */
  readonly errorOf: (frame: string) => ModelFailure;
  /** Called for every chunk of bytes (C4). */
  readonly life: () => void;
  /** Called for every part that may hold what only its maker can read. */
  readonly seen: (part: Part) => void;
  /** Called once when the answer is over, however it ends. */
  readonly over: () => void;
  /** So many finish reasons end the answer: one for each of its choices. */
  readonly finishes: number;
  /** The client reads a stream: frames that are alike need not be read one by one (N3). */
  readonly runs: boolean;
}
