import { COOL, type Belief, type Beliefs } from '../rules/belief.ts';
import type { Changes } from '../rules/health-verbs.ts';
import type { Bucket } from '../rules/retry-bucket.ts';
import type { HealthFile } from './health-file.ts';
import type { KeptRow } from './health-rows.ts';

/**
 * What one connection knows of `health.db`: the scopes it was ever asked about, kept up with what others write.
 *
 * N1. It is good only while `data_version` stands still; then the rows written since are read, and nothing else. However many scopes are on
 *     record, only those asked about cost anything.
 * N2. A change is written over the very row it was judged by, or not at all.
 */
export class HealthSnapshot {
  readonly #file: HealthFile;
  readonly #known = new Map<string, Belief>();
  readonly #buckets = new Map<string, Bucket>();
  /** Of every row that was read, by scope. */
  readonly #seqs = new Map<string, number>();
  readonly #watched = new Set<string>();
  /** Lists of scopes that are all watched: a chain asks with the same list for each of its calls. */
  readonly #lists = new WeakSet<readonly string[]>();
  #version: number;
  #last: number;
  #forgotten: number | undefined;

  /** `forgotten`: rows that say nothing and were written before it (epoch ms) are removed after the first write. */
  constructor(file: HealthFile, forgotten: number) {
    this.#file = file;
    this.#forgotten = forgotten;
    this.#version = file.version();
    this.#last = file.last();
  }

  /** The newest committed beliefs; complete for `scopes`. */
  of(scopes: readonly string[]): Beliefs {
    this.#refresh();
    if (!this.#lists.has(scopes)) {
      for (const scope of scopes) this.#watch(scope);
      this.#lists.add(scopes);
    }
    return this.#known;
  }

  bucket(id: string): Bucket | undefined {
    this.#refresh();
    this.#watch(id);
    return this.#buckets.get(id);
  }

  /** Everything on record. Costs what is there: for people, not for calls. */
  everything(): Beliefs {
    this.#refresh();
    for (const row of this.#file.all()) {
      this.#watched.add(row.scope);
      this.#take(row);
    }
    return this.#known;
  }

  /** Writes all of them, or answers false because somebody was quicker. */
  commit(changes: Changes | readonly (readonly [id: string, bucket: Bucket])[], at: number): boolean {
    const written = this.#write(changes, at);
    if (written && this.#forgotten !== undefined) this.#purge(this.#forgotten);
    return written;
  }

  #purge(before: number): void {
    this.#forgotten = undefined;
    try {
      this.#file.purge(before);
    } catch {
      // Somebody is writing: what says nothing may lie there until the next one comes.
    }
  }

  #write(changes: Changes | readonly (readonly [id: string, bucket: Bucket])[], at: number): boolean {
    if (changes.length === 1) {
      const [scope, value] = changes[0]!;
      const seq = this.#file.put(scope, value, this.#seqs.get(scope), at);
      if (seq === undefined) return this.#stale(changes);
      this.#wrote(scope, value, seq);
      return true;
    }
    return this.#together(changes, at);
  }

  #together(changes: readonly (readonly [string, Belief | Bucket])[], at: number): boolean {
    const file = this.#file;
    file.exec('BEGIN IMMEDIATE');
    try {
      const seqs = changes.map(([scope, value]) => file.put(scope, value, this.#seqs.get(scope), at));
      const all = seqs.every((seq) => seq !== undefined);
      file.exec(all ? 'COMMIT' : 'ROLLBACK');
      if (!all) return this.#stale(changes);
      changes.forEach(([scope, value], i) => this.#wrote(scope, value, seqs[i]!));
      return true;
    } catch (error) {
      try {
        file.exec('ROLLBACK');
      } catch {
        // SQLite had rolled back by itself; the error that made it is the one to tell.
      }
      throw error;
    }
  }

  /** Somebody was quicker; or the row said nothing for so long that it was removed, which nobody is told. */
  #stale(changes: readonly (readonly [string, unknown])[]): false {
    this.#refresh();
    for (const [scope] of changes) this.#read(scope);
    return false;
  }

  /** What others wrote before this write of ours is still to be read. */
  #wrote(scope: string, value: Belief | Bucket, seq: number): void {
    if (seq === this.#last + 1) this.#last = seq;
    this.#take('tag' in value ? { scope, seq, belief: value } : { scope, seq, belief: COOL, bucket: value });
  }

  #refresh(): void {
    if (this.#file.version() === this.#version) return;
    const { rows, version } = this.#file.after(this.#last);
    for (const row of rows) {
      this.#last = Math.max(this.#last, row.seq);
      if (this.#watched.has(row.scope)) this.#take(row);
    }
    this.#version = version;
  }

  #watch(scope: string): void {
    if (this.#watched.has(scope)) return;
    this.#watched.add(scope);
    this.#read(scope);
  }

  #read(scope: string): void {
    const row = this.#file.one(scope);
    if (row) this.#take(row);
    else {
      this.#seqs.delete(scope);
      this.#known.delete(scope);
      this.#buckets.delete(scope);
    }
  }

  #take({ scope, seq, belief, bucket }: KeptRow): void {
    this.#seqs.set(scope, seq);
    if (belief === COOL) this.#known.delete(scope);
    else this.#known.set(scope, belief);
    if (bucket) this.#buckets.set(scope, bucket);
    else this.#buckets.delete(scope);
  }
}
