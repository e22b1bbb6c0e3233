import { openaiErrorBody } from '../openai-error.ts';
import type { WireProtocol } from '../protocol.ts';
import { check } from './check.ts';
import { decode } from './decode.ts';
import { ChatEncoder } from './encode.ts';
import { ChatLift } from './lift.ts';
import { liftWhole } from './lift-whole.ts';
import { native } from './native.ts';
import { wholeAnswer } from './whole.ts';

/** OpenAI's chat completions, as OpenAI and those who imitate it speak them. */
export const chatProtocol: WireProtocol = {
  name: 'openai-chat',
  check,
  decode,
  lift: (attempt) => new ChatLift(attempt),
  liftWhole,
  encoder: (start) => new ChatEncoder(start),
  whole: wholeAnswer,
  native,
  error: openaiErrorBody,
};
