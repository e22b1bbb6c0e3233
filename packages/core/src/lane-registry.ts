import { laneSettingsOf, type LaneOptions } from './lane-options.ts';
import type { LanePorts } from './lane-ports.ts';
import { Lane } from './lane.ts';
import { refuse } from './option-checks.ts';
import { LaneGate } from './rules/lane-gate.ts';
import { DEFAULT_LANE, laneOf, laneRules, NO_LANE, type LaneRules } from './rules/lane-match.ts';
import { innerAbove, LANE_DEFAULTS, type LaneSettings } from './rules/lane-settings.ts';
import type { Timeouts } from './rules/limits.ts';
import type { Target } from './rules/target.ts';

/** Lanes by name, as they are written down. The name `default` takes what no pattern fits; `none` is no lane: its targets do not queue. */
export type LaneTable = Readonly<Record<string, LaneOptions>>;

export interface LaneRegistryOptions extends Partial<LanePorts> {
  /** Lanes that may be made by name beside those of the table; default 100. What is asked for beyond gets the lane `default`, or none. */
  readonly most?: number;
  /** False: that lane is declined, and its calls go without one. Asked on every call. */
  readonly admits?: (name: string) => boolean;
  /** How an option of a lane is called in errors. */
  readonly where?: (name: string) => string;
}

const MOST = 100;
/** Gates between two looks at those that hold nobody back: callers may name models without end. */
const GATES = 1000;
const ownName = (option: string): string => `lanes.${option}`;

/**
 * The lanes of a process: what shares a registry shares its slots.
 *
 * R1. One name, one lane, whoever asks for it first; a lane is made when it is first asked for.
 * R2. Which lane a target has is decided by the table; whether there is one, anew for every call.
 * R3. After `closeAll` no lane lets anybody in, those made later included.
 */
export class LaneRegistry {
  readonly #lanes = new Map<string, Lane>();
  readonly #settings = new Map<string, Partial<LaneSettings>>();
  readonly #names = new WeakMap<Target, string | null>();
  readonly #gates = new Map<string, LaneGate>();
  readonly #options: LaneRegistryOptions;
  readonly #ports: LanePorts;
  readonly #rules: LaneRules;
  /** Lanes that the table does not know. */
  #made = 0;
  #closed = false;
  #mostGates = GATES;

  constructor(table: LaneTable, options: LaneRegistryOptions & Pick<LanePorts, 'clock'>) {
    const { where = ownName, clock, held, emit } = options;
    if (typeof table !== 'object' || table === null || Array.isArray(table)) refuse('lanes', 'must be an object of lanes by name');
    this.#options = options;
    this.#ports = { clock, held, emit };
    for (const [name, one] of Object.entries(table)) {
      this.#settings.set(
        name,
        laneSettingsOf(one, (option) => where(option === '' ? name : `${name}.${option}`)),
      );
      if (one.concurrency === 0)
        refuse(
          where(`${name}.concurrency`),
          `must be at least 1, or no call of the lane ever begins; a lane is paused while it runs: registry.getOrCreate('${name}')?.pause()`,
        );
      const more = name === NO_LANE ? Object.keys(one).find((key) => key !== 'match') : undefined;
      if (more !== undefined)
        refuse(
          where(`${name}.${more}`),
          'is nothing here: what matches the lane none does not queue; only match is of use, or give the lane another name',
        );
      if (!one.match?.length && name !== DEFAULT_LANE)
        refuse(where(`${name}.match`), 'names the targets of the lane: provider/model, provider/prefix*, provider or *');
    }
    const { rules, wrong } = laneRules(Object.fromEntries(Object.entries(table).map(([name, one]) => [name, one.match ?? []])));
    for (const { lane, message } of wrong) refuse(where(`${lane}.match`), message);
    this.#rules = rules;
  }

  /** Null: declined, or too many are there already and there is no lane `default`. */
  getOrCreate(name: string): Lane | null {
    if (name === NO_LANE || this.#options.admits?.(name) === false) return null;
    const known = this.#lanes.get(name);
    if (known) return known;
    if (!this.#settings.has(name) && this.#made++ >= (this.#options.most ?? MOST))
      return name !== DEFAULT_LANE && this.#settings.has(DEFAULT_LANE) ? this.getOrCreate(DEFAULT_LANE) : null;
    const lane = new Lane(name, this.#settings.get(name) ?? {}, this.#ports);
    this.#lanes.set(name, lane);
    if (this.#closed) void lane.close();
    return lane;
  }

  get(name: string): Lane | undefined {
    return this.#lanes.get(name);
  }

  /** Those that were asked for. */
  list(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  /** Changes a lane while it runs (`match` and `aging` hold from the next start of the process). */
  configure(name: string, options: LaneOptions): void {
    const { where = ownName } = this.#options;
    const settings = laneSettingsOf(options, (option) => where(`${name}.${option}`));
    this.#settings.set(name, { ...this.#settings.get(name), ...settings });
    this.#lanes.get(name)?.configure(settings);
  }

  /** Refuses all that waits; with `ms`, what still waits then. Resolves when nobody works. */
  async closeAll(ms = 0): Promise<void> {
    this.#closed = true;
    await Promise.all(this.list().map((lane) => (ms > 0 ? lane.drain(ms) : lane.close())));
  }

  /** The name of the lane of a target; undefined: it has none. */
  nameFor(target: Target): string | undefined {
    let name = this.#names.get(target);
    if (name === undefined) this.#names.set(target, (name = laneOf(this.#rules, target) ?? null));
    return name ?? undefined;
  }

  laneFor(target: Target): Lane | null {
    const name = this.nameFor(target);
    return name === undefined ? null : this.getOrCreate(name);
  }

  /** The target with its lane's width, if it has one. Refuses limits of a model that its lane would always cut short (L20). */
  fitted<T extends Target>(target: T, timeouts: Timeouts): T {
    const name = this.nameFor(target);
    if (name === undefined) return target;
    const { where = ownName } = this.#options;
    const settings = { ...LANE_DEFAULTS, ...this.#settings.get(name) };
    const inner = innerAbove(settings, timeouts);
    if (inner !== undefined)
      refuse(
        where(`${name}.execTimeout`),
        `${settings.execTimeout} ms is not longer than the limit ${inner} of ${target.ref} inside it (${timeouts[inner]} ms)`,
      );
    return { ...target, width: settings.width };
  }

  /** What holds back the calls of one limit of a provider, in one lane, whichever chain makes them. */
  gateFor(lane: Lane, { entry, account, group }: Target): LaneGate {
    const key = JSON.stringify([lane.name, entry, account, group]);
    let gate = this.#gates.get(key);
    if (gate) return gate;
    // Before it is one of them: it is idle too, until it is used.
    if (this.#gates.size >= this.#mostGates) this.#forgetIdle();
    this.#gates.set(key, (gate = new LaneGate()));
    return gate;
  }

  #forgetIdle(): void {
    const now = this.#ports.clock.mono();
    for (const [key, gate] of this.#gates) if (gate.isIdle(now)) this.#gates.delete(key);
    this.#mostGates = Math.max(GATES, 2 * this.#gates.size);
  }
}
