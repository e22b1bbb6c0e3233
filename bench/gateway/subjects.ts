/** Who is measured: each a process of its own on the subject's core, in front of the same upstream. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdfastFile } from './holdfast-file.ts';
import { CORE, spawned, type Child } from './spawned.ts';

export interface Upstreams {
  readonly good: number;
  readonly dead: number;
}

/** Where a request goes, and what it carries beside its body. */
export interface Door {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How this subject is asked for an upstream's model. */
  model(name: string, target: Target): string;
}

/** `chat` and `messages` are the protocols the upstream is asked in; `failover` is a chain whose first target answers 503. */
export type Target = 'chat' | 'messages' | 'failover';

export interface Subject extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  door(target: Target): Door | undefined;
}

interface StartOptions {
  readonly workers?: number;
  /** A folder for the gateway's CPU profile, which Node writes when it leaves. */
  readonly profile?: string;
}

export interface Kind {
  readonly name: string;
  start(upstreams: Upstreams, options?: StartOptions): Promise<Subject>;
}

const PEERS = join(import.meta.dirname, '..', 'peers');
const PROCESSES = join(import.meta.dirname, 'processes');
const HOLDFAST = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'holdfast.js');
const READY = /ready (\{.*\})/;

const at = (port: number) => `http://127.0.0.1:${port}`;
const same = (name: string) => name;

const portOf = ({ said }: Child): number => (JSON.parse(said[1]!) as { readonly port: number }).port;

const subject = (name: string, child: Child, doors: Partial<Record<Target, Door>>, after?: () => void): Subject => ({
  name,
  pid: child.pid,
  door: (target) => doors[target],
  async [Symbol.asyncDispose]() {
    await child.kill(name === 'nginx' || name === 'holdfast' ? 'SIGTERM' : 'SIGKILL');
    after?.();
  },
});

/** What only hands on: one process for the plain way, a second one in front of two upstreams. */
const pipe = (name: string, script: string, failover = false): Kind => ({
  name,
  async start({ good, dead }) {
    const upstreams = failover ? [at(dead), at(good)] : [at(good)];
    const child = await spawned(process.execPath, [script, ...upstreams], { core: CORE.subject, ready: READY });
    const door: Door = { origin: at(portOf(child)), headers: {}, model: same };
    return subject(name, child, failover ? { failover: door } : { chat: door, messages: door });
  },
});

const nginxFile = (folder: string, ports: readonly [plain: number, failover: number], { good, dead }: Upstreams): string => `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr emerg;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 8192; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_timeout 120s; keepalive_requests 10000000; client_body_buffer_size 1m; client_max_body_size 32m;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 600s;
  upstream good { server 127.0.0.1:${good}; keepalive 512; keepalive_requests 10000000; }
  upstream chain { server 127.0.0.1:${dead} max_fails=0; server 127.0.0.1:${good} backup; keepalive 512; keepalive_requests 10000000; }
  server { listen 127.0.0.1:${ports[0]} backlog=4096; location / { proxy_pass http://good; } }
  server { listen 127.0.0.1:${ports[1]} backlog=4096; location / { proxy_pass http://chain; proxy_next_upstream error http_503 non_idempotent; } }
}
`;

/** Ports that were free a moment ago, for programs that cannot pick one and tell. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Resolves when somebody answers there. */
async function answering(origin: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(origin).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nobody answers at ${origin}`);
}

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find((path) => existsSync(path));

const nginx: Kind = {
  name: 'nginx',
  async start(upstreams) {
    if (NGINX === undefined) throw new Error('not installed (on Debian: apt-get install nginx-light)');
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-nginx-'));
    const ports = (await freePorts(2)) as [number, number];
    writeFileSync(join(folder, 'nginx.conf'), nginxFile(folder, ports, upstreams));
    // It says nothing when it is ready: whoever starts it asks.
    const child = await spawned(NGINX, ['-p', folder, '-c', 'nginx.conf'], { core: CORE.subject });
    await answering(at(ports[0]));
    const [plain, chain] = ports.map((port): Door => ({ origin: at(port), headers: {}, model: same }));
    return subject('nginx', child, { chat: plain!, messages: plain!, failover: chain! }, () =>
      rmSync(folder, { recursive: true, force: true }),
    );
  },
};

const hono: Kind = {
  name: 'Hono over undici',
  async start({ good }) {
    if (!existsSync(join(PEERS, 'node_modules', 'hono'))) throw new Error('not installed (npm --prefix bench/peers ci)');
    const child = await spawned(process.execPath, [join(PEERS, 'hono-gateway.js'), at(good)], { core: CORE.subject, ready: READY });
    const door: Door = { origin: at(portOf(child)), headers: {}, model: same };
    return subject('Hono over undici', child, { chat: door, messages: door });
  },
};

const PORTKEY = join(PEERS, 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');

interface Portkey {
  readonly child: Child;
  readonly origin: string;
}

/** Portkey's gateway as its package starts it. What was a free port may be somebody's by then: it is given another one. */
export async function portkeyProcess(core?: string, tries = 3): Promise<Portkey> {
  if (!existsSync(PORTKEY)) throw new Error('not installed (npm --prefix bench/peers ci)');
  const [port] = await freePorts(1);
  const args = [PORTKEY, `--port=${port}`, '--headless'];
  try {
    const child = await spawned(process.execPath, args, { ...(core !== undefined && { core }), ready: /Ready for connections/ });
    await answering(at(port!));
    return { child, origin: at(port!) };
  } catch (error) {
    if (tries <= 1) throw error;
    return portkeyProcess(core, tries - 1);
  }
}

const portkey: Kind = {
  name: 'Portkey',
  async start({ good, dead }) {
    const { child, origin } = await portkeyProcess(CORE.subject);
    const target = (host: number, provider: string) => ({ provider, api_key: 'key-of-the-bench', custom_host: `${at(host)}/v1` });
    const door = (config: unknown): Door => ({ origin, headers: { 'x-portkey-config': JSON.stringify(config) }, model: same });
    return subject('Portkey', child, {
      chat: door(target(good, 'openai')),
      failover: door({ strategy: { mode: 'fallback' }, targets: [target(dead, 'openai'), target(good, 'openai')] }),
    });
  },
};

const holdfast: Kind = {
  name: 'holdfast',
  async start(upstreams, { workers = 1, profile } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-gateway-'));
    const file = join(folder, 'holdfast.yaml');
    writeFileSync(file, holdfastFile(upstreams));
    const args = [HOLDFAST, 'serve', '--config', file, '--port', '0', '--state', join(folder, 'state')];
    const child = await spawned(process.execPath, workers === 1 ? args : [...args, '--workers', String(workers)], {
      core: workers === 1 ? CORE.subject : CORE.both,
      env: {
        BENCH_KEY: 'key-of-the-bench-0123456789',
        ...(profile !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }),
      },
      ready: /holdfast listening on (http:\/\/\S+)/,
    });
    const entry: Readonly<Record<Target, (name: string) => string>> = {
      chat: (name) => `work/${name}`,
      messages: (name) => `other/${name}`,
      failover: () => 'chain',
    };
    const door: Door = { origin: child.said[1]!, headers: {}, model: (name, target) => entry[target](name) };
    return subject('holdfast', child, { chat: door, messages: door, failover: door }, () =>
      rmSync(folder, { recursive: true, force: true }),
    );
  },
};

export const BARE = 'node:http pipe';
export const HAND = 'failover by hand';
export const PORTKEY_NAME = portkey.name;
export const OURS = holdfast.name;

export const KINDS: readonly Kind[] = [
  pipe(BARE, join(PROCESSES, 'pipe-http.ts')),
  pipe('undici pipe', join(PROCESSES, 'pipe-undici.ts')),
  nginx,
  hono,
  portkey,
  pipe(HAND, join(PROCESSES, 'pipe-http.ts'), true),
  pipe('the same, undici', join(PROCESSES, 'pipe-undici.ts'), true),
  holdfast,
];

export const nginxVersion = (): string =>
  NGINX === undefined ? '' : (/nginx\/(\S+)/.exec(spawnSync(NGINX, ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? '');
