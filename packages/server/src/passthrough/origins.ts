import { madeElsewhere, type Moving, type Target } from '@holdfast/core/engine';
import { isOurs, type NativeAsk } from '@holdfast/core/wire';
import { opaqueIn } from '../rules/opaque-in.ts';
import type { WireRequest } from '../wire-request.ts';

type Foreign = NativeAsk['foreign'];

const known = new WeakMap<WireRequest['body'], readonly string[]>();

function valuesOf({ protocol, body }: WireRequest): readonly string[] {
  let values = known.get(body);
  if (values === undefined) {
    values = opaqueIn(protocol.name, body.json);
    known.set(body, values);
  }
  return values;
}

/** Which opaque values of a client's history were made elsewhere than at a target (T1); an unknown one counts as its own. */
export const foreignFor =
  (moving: Moving) =>
  (request: WireRequest, target: Target): Promise<Foreign> | Foreign => {
    const values = valuesOf(request);
    if (values.length === 0) return isOurs;
    const ready = moving.readyFor(values);
    const foreign = madeElsewhere(moving.madeBy, target);
    const either: Foreign = (value) => isOurs(value) || foreign(value);
    return ready ? ready.then(() => either) : either;
  };
