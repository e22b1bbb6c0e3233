import { openaiErrorBody } from '../openai-error.ts';
import type { WireProtocol } from '../protocol.ts';
import { check } from './check.ts';
import { decode } from './decode.ts';
import { encoder } from './encoder.ts';
import { lift } from './lift.ts';
import { liftWhole } from './lift-whole.ts';
import { native } from './native.ts';
import { whole } from './whole.ts';

/** OpenAI's Responses API, as its clients speak it. */
export const responsesProtocol: WireProtocol = {
  name: 'openai-responses',
  check,
  decode,
  lift,
  liftWhole,
  encoder,
  whole,
  native,
  error: openaiErrorBody,
};
