import { optionsContinuer, type Continuer } from '@holdfast/core/engine';
import type { WireRequest } from './wire-request.ts';

/** How a client's answer is gone on with (C5, C6): by the rules of the request in the AI SDK's words, which is read for it now. */
export const wireContinuer: Continuer<WireRequest> = {
  bars: (request) => optionsContinuer.bars(request.options),
  structured: (request) => request.facts.structured,
  ask: (request, cut, way) => request.with({ goingOn: { cut, way } }),
  prefills: (request, target) => optionsContinuer.prefills(request.options, target),
  tools: (request) => request.facts.tools.length > 0,
  stops: (request) => request.facts.stops,
};
