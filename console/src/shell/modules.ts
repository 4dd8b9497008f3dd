// The code of the pages, loaded when it is first needed or when the browser has nothing else to do.
// Not `lazy`: that waits at least once, and React holds what it showed meanwhile for 300 ms, even
// when the module is there already.
import { type ComponentType, useEffect, useState, useSyncExternalStore } from "react";
import { SERVICES, type Service, type ServiceModule } from "../pages/registry";

/** The code could not be loaded. Some browsers cache that until the console is reloaded. */
export class LoadError extends Error {}

/** What a loader gave; `undefined` until it did. */
class Part<T> {
  private value: T | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly fetch: () => Promise<{ default: T }>) {}

  readonly get = (): T | undefined => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async load(): Promise<void> {
    this.value = (await this.fetch()).default;
    for (const listener of this.listeners) listener();
  }
}

const HOME = new Part<ComponentType>(() => import("../pages/home/Home"));
const PARTS = new Map<Service, Part<ServiceModule>>(SERVICES.map((service) => [service, new Part(service.load)]));
const NOTHING = new Part<ServiceModule>(() => Promise.reject(new Error()));

/** Fetches all pages in advance. A page that fails is fetched again when it is opened. */
export function prefetchPages(): void {
  for (const part of [HOME, ...PARTS.values()]) part.load().catch(() => undefined);
}

/** Loads what is missing; throws while drawing when that failed. */
function usePart<T>(part: Part<T>): T | undefined {
  const value = useSyncExternalStore(part.subscribe, part.get);
  const [failed, setFailed] = useState<{ part: Part<T>; message: string }>();
  useEffect(() => {
    if (value === undefined) part.load().catch((error: unknown) => setFailed({ part, message: String(error) }));
  }, [part, value]);
  if (value === undefined && failed?.part === part) throw new LoadError(failed.message);
  return value;
}

/** The service's navigation and routes; `undefined` while they are loaded. */
export function useServiceModule(service: Service): ServiceModule | undefined {
  return usePart(PARTS.get(service) ?? NOTHING);
}

/** The same for who can do without: neither loads nor throws. */
export function useLoadedModule(service: Service): ServiceModule | undefined {
  const part = PARTS.get(service) ?? NOTHING;
  return useSyncExternalStore(part.subscribe, part.get);
}

/** The first page; `undefined` while it is loaded. */
export function useHome(): ComponentType | undefined {
  return usePart(HOME);
}
