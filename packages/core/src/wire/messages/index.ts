/** Anthropic's Messages, as the gateway's clients speak them. */
import type { WireProtocol } from '../protocol.ts';
import { check } from './check.ts';
import { decode } from './decode.ts';
import { messagesEncoder, wholeMessage } from './encoder.ts';
import { errorBody } from './error.ts';
import { liftWhole, MessagesLift } from './lift.ts';
import { native } from './native.ts';

export { checkCount } from './check.ts';
export { withoutBetas } from './native-repairs.ts';

export const messagesProtocol: WireProtocol = {
  name: 'anthropic-messages',
  check,
  decode,
  lift: (attempt) => new MessagesLift(attempt),
  liftWhole,
  encoder: messagesEncoder,
  whole: wholeMessage,
  native,
  error: errorBody,
};
