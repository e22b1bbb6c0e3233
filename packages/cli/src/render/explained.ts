import type { Budget, Limits, Price, Standing, WorstCase } from '@holdfast/core/engine';

/** What a request would meet at one target: nothing is asked to find out. */
export interface ExplainedTarget {
  readonly target: string;
  readonly entry: string;
  readonly model: string;
  readonly protocol?: string;
  readonly baseUrl?: string;
  /** Where its key comes from, and whether there is one. */
  readonly key: { readonly from: string; readonly present: boolean | 'when-asked' };
  /** Why it can not be asked at all, and the way out. */
  readonly problem?: string;
  readonly fits: 'yes' | 'soft' | 'no';
  readonly unfit?: string;
  readonly window?: number;
  readonly maxOutput?: number;
  readonly images?: boolean;
  readonly standing: Standing['tag'];
  /** Who says that it rests: its provider, somebody by hand, or what its failure means. */
  readonly rest?: 'told' | 'by-hand' | 'guessed';
  /** Epoch ms until which it rests. */
  readonly until?: number;
  readonly why?: Standing['why'];
  readonly lane?: string;
  readonly price?: Price;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly limits: Limits;
  readonly account?: string;
}

export interface Explained {
  readonly chain: string;
  readonly targets: readonly ExplainedTarget[];
  /** Index into `targets` of the one asked first; absent: nobody would be asked now. */
  readonly first?: number;
  /** One of several members opens each call: Docker's alloy. */
  readonly drawn: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those that count a run's calls. */
  readonly budgets: readonly {
    readonly name: string;
    readonly unit: Budget['limits'][number]['unit'];
    readonly per: string;
    readonly most: number;
    readonly used: number;
    /** By calls under way. */
    readonly held: number;
    readonly left: number;
    /** Epoch ms; absent for a run's. */
    readonly renewsAt?: number;
  }[];
  /** Why a budget lets nobody ask. */
  readonly barred?: string;
  readonly worst: WorstCase;
}
