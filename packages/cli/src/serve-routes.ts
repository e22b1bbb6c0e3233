import type { AgentFile } from '@holdfast/agent/engine';
import { systemClock, type HealthStore } from '@holdfast/core/engine';
import {
  callsRoutes,
  healthRoutes,
  metricsText,
  probeRoutes,
  type CallFeed,
  type callMetrics,
  type Link,
  type OpenRoutes,
} from '@holdfast/server';
import type { ServedRecords } from './serve-records.ts';
import { VERSION } from './version.ts';

interface OwnPorts {
  readonly health: HealthStore;
  readonly records: ServedRecords;
  readonly feed: CallFeed;
  readonly metrics: ReturnType<typeof callMetrics>;
  readonly link: Link | undefined;
  readonly served: () => AgentFile;
  readonly draining: () => boolean;
}

/** The routes around the models'. */
export function ownRoutes({ health, records, feed, metrics, link, served, draining }: OwnPorts): OpenRoutes['routes'] {
  const summed = async () =>
    link ? ((await link.ask('metrics')) as Awaited<ReturnType<typeof metricsText>>) : metricsText([await metrics.data()]);
  return [
    ...probeRoutes({ draining, version: VERSION, metrics: summed }),
    ...healthRoutes({ health, clock: systemClock }),
    ...callsRoutes({ calls: records.calls, feed, clock: systemClock, keepAlive: () => served().server.keepAlive }),
  ];
}

export const limitsOf = ({ server }: AgentFile) => ({
  body: server.maxBody,
  depth: server.jsonDepth,
  bodyTotal: server.bodyTimeout,
  headTotal: server.headerTimeout,
  stall: server.slowClient,
  keepAlive: server.idleTimeout,
  connections: server.maxConnections,
});

/** Where no protocol of a client's is spoken. */
export const plainError = (error: Parameters<NonNullable<OpenRoutes['errorBody']>>[1]): string => {
  const { class: type, message, param, code } = error;
  return JSON.stringify({
    error: { type: type.replaceAll('-', '_'), message, ...(param !== undefined && { param }), ...(code !== undefined && { code }) },
  });
};

export const wordsOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
