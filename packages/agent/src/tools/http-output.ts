import type { HttpAnswer, HttpLimits } from '../io/http-call.ts';
import type { ToolOutput } from '../ports.ts';

/** Bytes of an answer that are read. */
export const MOST_BODY = 1_048_576;
/** Characters of a refusal's body that are told. */
const MOST_REFUSAL = 2000;

/** Seconds an HTTP call may take when the file does not say. */
export const HTTP_TIMEOUT = 30;

/** What tools that make HTTP calls share. */
export interface HttpTools {
  readonly limits: Omit<HttpLimits, 'signal' | 'most'>;
  readonly scrub: (text: string) => string;
}

/** What a model is told of an answer. `scrub` goes over it: a server may send back the headers it got. */
export function answerOutput({ status, body, cut, url }: HttpAnswer, scrub: (text: string) => string): ToolOutput {
  const whole = scrub(body);
  if (status >= 400) {
    const head = whole.slice(0, MOST_REFUSAL);
    const rest = whole.length > head.length || cut ? '\n[… the rest is left out]' : '';
    return { output: `${url.host} answered with status ${status}${head.trim() === '' ? '.' : `:\n${head}${rest}`}`, failed: true };
  }
  if (status >= 300) return { output: `${url.host} answered with status ${status}, a redirect that is not followed.`, failed: true };
  return { output: cut ? `${whole}\n[… cut after ${MOST_BODY} bytes]` : whole, failed: false };
}
