/** `GET` also answers `HEAD`: node:http leaves the body away. */
interface Way {
  readonly method: string;
  readonly path: string;
}

export interface Found<R> {
  readonly route: R;
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteTable<R> {
  /** A string: the path is known, and these are its methods, as `allow` wants them. Undefined: nobody knows the path. */
  find(method: string, path: string): Found<R> | string | undefined;
}

interface Place<R> {
  readonly segments: readonly string[];
  readonly methods: Map<string, R>;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

const decoded = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
};

/** What the open segments hold; undefined where the path is another one. */
function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return;
  const params: [string, string][] = [];
  for (const [at, want] of pattern.entries()) {
    const has = segments[at]!;
    if (!want.startsWith(':')) {
      if (want !== has) return;
      continue;
    }
    const value = decoded(has);
    if (value === undefined || value === '') return;
    params.push([want.slice(1), value]);
  }
  return Object.fromEntries(params);
}

const methodsOf = (methods: ReadonlyMap<string, unknown>): string =>
  [...methods.keys()].flatMap((method) => (method === 'GET' && !methods.has('HEAD') ? ['GET', 'HEAD'] : [method])).join(', ');

/** A path without open segments wins over one with them; of these the first that was listed. */
export function routeTable<R extends Way>(routes: readonly R[]): RouteTable<R> {
  const fixed = new Map<string, Map<string, R>>();
  const open: Place<R>[] = [];
  for (const route of routes) {
    const segments = route.path.split('/');
    const isOpen = segments.some((segment) => segment.startsWith(':'));
    const shape = (place: Place<R>): boolean => place.segments.join('/') === route.path;
    const methods = (isOpen ? open.find(shape)?.methods : fixed.get(route.path)) ?? new Map<string, R>();
    if (methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
    methods.set(route.method, route);
    if (!isOpen) fixed.set(route.path, methods);
    else if (!open.some(shape)) open.push({ segments, methods });
  }
  const at = (methods: ReadonlyMap<string, R>, method: string, params: Readonly<Record<string, string>>): Found<R> | string => {
    const route = methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined);
    return route ? { route, params } : methodsOf(methods);
  };
  return {
    find(method, path) {
      const methods = fixed.get(path);
      if (methods) return at(methods, method, NONE);
      if (open.length === 0) return;
      const segments = path.split('/');
      for (const place of open) {
        const params = paramsOf(place.segments, segments);
        if (params) return at(place.methods, method, params);
      }
      return;
    },
  };
}
