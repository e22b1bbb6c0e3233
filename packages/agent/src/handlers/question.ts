import type { Answers } from '../answers.ts';
import type { Handle } from '../drive.ts';
import type { Redact } from '../ports.ts';

/** With nobody there no question waits. */
export const questionHandler =
  (answers: Answers, attended: boolean, redact: Redact): Handle<'question'> =>
  async ({ id }, signal) =>
    attended ? redact(await answers.wait(id, signal)) : undefined;
