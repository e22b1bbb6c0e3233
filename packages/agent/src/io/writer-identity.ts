import type { Identity, Writer } from '../ports.ts';

/** The core's identity of a process: `pid:start:boot:space`, where `space` is its pid namespace. */
interface ProcessIdentity {
  readonly owner: string;
  alive(owner: string): boolean;
}

/** The same identity in the shape of a writer lock; the namespace rides in `boot`. */
export function writerIdentity(process: ProcessIdentity): Identity {
  const [pid = '', started = '', ...boot] = process.owner.split(':');
  const self: Writer = { pid: Number(pid), started, boot: boot.join(':') };
  return { self: () => self, alive: (writer) => process.alive([writer.pid, writer.started, writer.boot].join(':')) };
}
