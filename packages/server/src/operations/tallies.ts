import type { MetricObjectWithValues, MetricValue } from 'prom-client';

export type MetricsData = MetricObjectWithValues<MetricValue<string>>[];

type Data = MetricsData[number];
type Labels = Readonly<Record<string, string>>;

/** A metric of prom-client's, kept as plain numbers: a call pays for an addition, and who reads the metrics for the rest. */
export interface Tallied {
  data(): Data;
}

interface Named {
  readonly name: string;
  readonly help: string;
}

/** `aggregator`: how those of several processes become one. */
const described = ({ name, help }: Named, type: 'counter' | 'gauge' | 'histogram', values: unknown[]): Data =>
  ({ name, help, type, values, aggregator: 'sum' }) as unknown as Data;

/** One row for each set of labels. No label holds a line's end: what is joined by it is one set only. */
class Series<R> {
  readonly #names: readonly string[];
  readonly #made: (labels: Labels) => R;
  readonly #rows = new Map<string, R>();

  constructor(names: readonly string[], made: (labels: Labels) => R) {
    this.#names = names;
    this.#made = made;
  }

  at(values: readonly string[]): R {
    const key = values.length === 1 ? values[0]! : values.join('\n');
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.#made(Object.fromEntries(this.#names.map((name, at) => [name, values[at]!])));
    this.#rows.set(key, row);
    return row;
  }

  rows(): readonly R[] {
    return [...this.#rows.values()];
  }
}

export class Tally implements Tallied {
  readonly #of: Named & { readonly type: 'counter' | 'gauge' };
  readonly #series: Series<{ readonly labels: Labels; value: number }>;

  constructor(type: 'counter' | 'gauge', name: string, help: string, labels: readonly string[] = []) {
    this.#of = { name, help, type };
    this.#series = new Series(labels, (own) => ({ labels: own, value: 0 }));
    // What has no labels is told from the start.
    if (labels.length === 0) this.#series.at([]);
  }

  /** `values`: of the labels, in their order. */
  add(by: number, ...values: readonly string[]): void {
    this.#series.at(values).value += by;
  }

  data(): Data {
    return described(
      this.#of,
      this.#of.type,
      this.#series.rows().map(({ labels, value }) => ({ labels, value })),
    );
  }
}

interface Spread {
  readonly labels: Labels;
  /** By bucket, each value in one of them; the last is for what is above them all. */
  readonly counts: number[];
  sum: number;
}

export class Histogram implements Tallied {
  readonly #of: Named;
  readonly #buckets: readonly number[];
  readonly #series: Series<Spread>;

  constructor(name: string, help: string, buckets: readonly number[], labels: readonly string[]) {
    this.#of = { name, help };
    this.#buckets = buckets;
    this.#series = new Series(labels, (own) => ({ labels: own, counts: [...buckets, 0].map(() => 0), sum: 0 }));
  }

  add(value: number, ...values: readonly string[]): void {
    const row = this.#series.at(values);
    const buckets = this.#buckets;
    let at = 0;
    while (at < buckets.length && value > buckets[at]!) at++;
    row.counts[at]! += 1;
    row.sum += value;
  }

  data(): Data {
    const { name } = this.#of;
    const values = this.#series.rows().flatMap(({ labels, counts, sum }) => {
      let below = 0;
      const buckets = counts.map((count, at) => ({
        metricName: `${name}_bucket`,
        labels: { le: this.#buckets[at] ?? '+Inf', ...labels },
        value: (below += count),
      }));
      return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: below }];
    });
    return described(this.#of, 'histogram', values);
  }
}
