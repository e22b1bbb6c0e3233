/** Tokens of one answer, or of all that was paid for. Absent: nobody told. `input` holds cached tokens too, `output` reasoning too. */
export interface Usage {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly reasoning?: number;
  /** Nobody told: computed from lengths. */
  readonly estimated?: boolean;
}
