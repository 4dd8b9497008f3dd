// The code of the pages, loaded when it is first needed or when the browser has nothing else to do.
// Not `lazy`: that waits at least once, and React holds what it showed meanwhile for 300 ms, even
// when the module is there already.
import { type ComponentType, useEffect, useState } from "react";
import { SERVICES, type Service, type ServiceModule } from "../pages/registry";

/** What a loader gave; `undefined` until it did. */
class Part<T> {
  private value: T | undefined;

  constructor(private readonly fetch: () => Promise<{ default: T }>) {}

  get(): T | undefined {
    return this.value;
  }

  async load(): Promise<void> {
    this.value = (await this.fetch()).default;
  }
}

const HOME = new Part<ComponentType>(() => import("../pages/home/Home"));
const PARTS = new Map<Service, Part<ServiceModule>>(SERVICES.map((service) => [service, new Part(service.load)]));

/** Fetches all pages before somebody goes there. What fails is asked for again then. */
export function prefetchPages(): void {
  for (const part of [HOME, ...PARTS.values()]) part.load().catch(() => undefined);
}

function usePart<T>(part: Part<T> | undefined): T | undefined {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState<{ part: Part<T>; error: unknown }>();
  const value = part?.get();
  useEffect(() => {
    if (!part || value !== undefined) return;
    part.load().then(
      () => redraw((count) => count + 1),
      (error: unknown) => setFailed({ part, error }),
    );
  }, [part, value]);
  if (failed && failed.part === part) throw failed.error;
  return value;
}

/** The service's navigation and routes; `undefined` while they are loaded. */
export function useServiceModule(service: Service): ServiceModule | undefined {
  return usePart(PARTS.get(service));
}

/** The first page; `undefined` while it is loaded. */
export function useHome(): ComponentType | undefined {
  return usePart(HOME);
}
