import type { Price, RequestFacts, Target } from '../target.ts';
import type { Amounts } from './budget.ts';

/** Of the estimate of the input: it may be that much too low. */
const BAND = 1.1;

/** Tokens of output that are reserved where neither the request nor what is known of the model says how many it may be. */
const ASSUMED_OUTPUT = 32_000;

/** Tokens of thinking that some packages ask for beyond `max_tokens`. */
const THINKING = 32_000;

/** The most that one attempt can cost. `asked`: what the configuration sets as `max_tokens` for the target. An unknown price is no money. */
export function worstOf(target: Target, facts: RequestFacts, asked: number | undefined): Amounts {
  const input = Math.ceil(facts.tokens * BAND);
  const output = mostOutput(target, facts, asked);
  return { usd: usdOf(target.price, input, output), tokens: input + output, calls: 1 };
}

/** Every input token might be written to a cache, which costs more than a fresh one. */
function usdOf(price: Price | undefined, input: number, output: number): number {
  if (price === undefined) return 0;
  const rate = price.longer && input > price.longer.above ? price.longer : price;
  return (input * Math.max(rate.input, rate.cacheWrite ?? 0) + output * rate.output) / 1e6;
}

function mostOutput(
  { maxOutput, window, effort: own, protocol }: Target,
  { maxTokens, effort = own }: RequestFacts,
  asked: number | undefined,
): number {
  const wanted = maxTokens ?? asked;
  const most = Math.min(maxOutput ?? Infinity, window ?? Infinity);
  const thinks = protocol === 'anthropic-messages' && effort !== undefined && effort !== 'none';
  if (wanted !== undefined) return Math.min(thinks ? wanted + THINKING : wanted, most);
  return maxOutput ?? Math.min(ASSUMED_OUTPUT, most);
}
