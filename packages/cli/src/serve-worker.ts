import type { CallFeed, callMetrics, FedEvent, Link } from '@holdfast/server';

/** One worker of several: its events reach who watches at another, its numbers are summed with theirs. */
export function joinWorkers(link: Link, feed: CallFeed, metrics: ReturnType<typeof callMetrics>): void {
  link.serve({
    relay: (watched: boolean) => feed.relay(watched ? (fed) => link.tell('event', fed) : undefined),
    event: (fed: FedEvent) => feed.tell(fed),
    'metrics-own': () => metrics.data(),
  });
}
