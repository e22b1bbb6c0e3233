import type { AgentFile } from '@holdfast/agent/engine';
import type { CallEvent, KeySource, SecretRegistry } from '@holdfast/core/engine';
import type { OtelSinks } from '@holdfast/core/otel';
import { callRecords } from './call-records.ts';
import { consentTo } from './consent.ts';
import type { Context } from './context.ts';
import { budgetStore } from './io/budget-store.ts';
import { affinityStore, healthStore, movingStore } from './io/health-store.ts';
import { keyedHash } from './io/state-folder.ts';
import { keySource } from './io/key-source.ts';
import type { ModelPorts } from './model-setup.ts';

/** Who watches calls, and hears what else happens. */
export interface Watcher {
  call(event: CallEvent): void;
  notice(text: string): void;
}

/** What models of a file need of a state folder, open. */
export interface OpenPorts extends ModelPorts {
  close(): Promise<void>;
}

/** `path`: of the file, as the user named it. */
export function openPorts(
  context: Context,
  {
    state,
    path,
    file,
    otel,
  }: { readonly state: string; readonly path: string; readonly file: AgentFile; readonly otel?: OtelSinks | undefined },
  secrets: SecretRegistry,
  view: Watcher,
): OpenPorts {
  const health = healthStore(state, view.notice);
  const affinity = affinityStore(state, view.notice);
  const moving = movingStore(state, view.notice);
  const budgets = budgetStore(state, view.notice);
  const records = callRecords(state, file, secrets, view.notice, otel);
  const environment = (allow: readonly string[]): Record<string, string> => secrets.childEnvironment(context.environment, allow);
  return {
    env: context.env,
    health,
    affinity,
    budgets,
    moving,
    hash: keyedHash(state),
    emit: (event, payload) => {
      view.call(event);
      records.emit(event, payload);
    },
    secret: secrets.add,
    keySource: (source: KeySource) => keySource(source, { cwd: context.cwd, environment }),
    consent: consentTo(context, state, path, file),
    close: async () =>
      void (await Promise.allSettled([health.close(), affinity.close(), budgets.close(), moving.close(), records.close()])),
  };
}
