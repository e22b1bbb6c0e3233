import type { Clock } from '@holdfast/core';
import type { Reach } from './reach.ts';

/** What the tools of one filesystem toolset share. */
export interface FileTools {
  readonly reach: Reach;
  readonly ignoreVcs: boolean;
  readonly clock: Clock;
  /** Takes secrets out of what is shown. */
  readonly scrub: (text: string) => string;
}
