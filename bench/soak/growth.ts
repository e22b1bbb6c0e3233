/** Memory and handles of a process over time, and whether they grow. */
import { median } from '../measure.ts';
import { handlesOf, memoryOf } from '../gateway/process-cost.ts';

export interface Sample {
  readonly at: number;
  readonly mb: number;
  readonly handles: number;
}

const MB = 1024 * 1024;

export const sampleOf = (pid: number, at: number): Sample => ({ at, mb: memoryOf(pid) / MB, handles: handlesOf(pid) });

export interface Growth {
  readonly says: string;
  readonly grows: boolean;
}

/** A heap breathes, and breathes in for a while when there is room: what is held for good shows in the lowest reading of each part. */
const SLACK = { mb: 24, share: 0.2, handles: 24 } as const;

/** What came before `warm` (ms) is not looked at: code is compiled, caches fill, connections open. */
export function growthOf(samples: readonly Sample[], warm: number): Growth | undefined {
  const counted = samples.filter(({ at }) => at >= warm);
  const part = Math.floor(counted.length / 4);
  if (part < 2) return undefined;
  const [first, last] = [counted.slice(0, part), counted.slice(-part)];
  const least = (some: readonly Sample[]) => Math.min(...some.map(({ mb }) => mb));
  const middle = (some: readonly Sample[]) => median(some.map(({ handles }) => handles));
  const [mb, mbLast] = [least(first), least(last)];
  const [handles, handlesLast] = [middle(first), middle(last)];
  const grows = mbLast - mb > Math.max(SLACK.mb, mb * SLACK.share) || handlesLast - handles > SLACK.handles;
  return {
    says: `memory ${mb.toFixed(0)} → ${mbLast.toFixed(0)} MB, handles ${handles} → ${handlesLast}, from the first quarter after the warm-up to the last`,
    grows,
  };
}

/** MB by which what lives in a heap under load may differ from one moment to the next. */
const BREATH = 8;

/** What was left each time when all that could go had gone. The first reading is of a program that warms up. */
export function stayingOf(live: readonly number[]): Growth | undefined {
  const [, first, ...more] = live;
  if (first === undefined || more.length === 0) return undefined;
  const half = Math.ceil((more.length + 1) / 2);
  const [before, after] = [Math.min(...live.slice(1, half + 1)), Math.min(...live.slice(-half))];
  return {
    says: `live in the heap under load ${before.toFixed(1)} → ${after.toFixed(1)} MB (${live.map((mb) => mb.toFixed(1)).join(', ')})`,
    grows: after - before > BREATH,
  };
}
