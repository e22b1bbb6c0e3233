/** Why an exchange is cut: `left` and `stalled` have no reader any more, `closing` still reads the end that it is given. */
export type GoneReason = 'left' | 'stalled' | 'closing';

const SAID: Readonly<Record<GoneReason, string>> = {
  left: 'the client has left',
  stalled: 'the client takes nothing of what it is sent',
  closing: 'the gateway is closing',
};

/** The reason of an exchange's signal. */
export class Gone extends Error {
  override readonly name = 'Gone';
  readonly why: GoneReason;

  constructor(why: GoneReason) {
    super(SAID[why]);
    this.why = why;
  }
}
