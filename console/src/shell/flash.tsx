// Messages across pages: `const flash = useFlash(); flash.success(t("..."))`.
// A message survives the one navigation that usually follows it, and goes with the next.
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router-dom";
import { FailureDetails } from "../components/FailureDetails";
import { t } from "../i18n";

interface Message {
  id: string;
  type: FlashbarProps.Type;
  header?: ReactNode;
  content: ReactNode;
  action?: ReactNode;
  hops: number;
}

export interface FlashInput {
  header?: ReactNode;
  action?: ReactNode;
}

export interface Flash {
  success: (content: ReactNode, more?: FlashInput) => void;
  info: (content: ReactNode, more?: FlashInput) => void;
  warning: (content: ReactNode, more?: FlashInput) => void;
  /** `header` names what failed; the error's code and message follow. */
  error: (header: ReactNode, error: unknown) => void;
}

// Apart: who adds messages need not be drawn again when they change.
const FlashContext = createContext<Flash | null>(null);
const MessagesContext = createContext<{ items: readonly Message[]; dismiss: (id: string) => void } | null>(null);

export function FlashProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<readonly Message[]>([]);
  const next = useRef(0);
  const { pathname } = useLocation();
  const here = useRef(pathname);

  useEffect(() => {
    if (here.current === pathname) return;
    here.current = pathname;
    setItems((before) =>
      before.length === 0 ? before : before.map((one) => ({ ...one, hops: one.hops + 1 })).filter((one) => one.hops < 2),
    );
  }, [pathname]);

  const dismiss = useCallback((id: string) => setItems((before) => before.filter((one) => one.id !== id)), []);
  const flash = useMemo<Flash>(() => {
    const add = (type: FlashbarProps.Type) => (content: ReactNode, more: FlashInput = {}) => {
      next.current += 1;
      const id = `flash-${next.current}`;
      setItems((before) => [{ id, type, content, hops: 0, ...more }, ...before].slice(0, 5));
    };
    return {
      success: add("success"),
      info: add("info"),
      warning: add("warning"),
      error: (header, error) => add("error")(<FailureDetails error={error} />, { header }),
    };
  }, []);

  const messages = useMemo(() => ({ items, dismiss }), [items, dismiss]);
  return (
    <FlashContext.Provider value={flash}>
      <MessagesContext.Provider value={messages}>{children}</MessagesContext.Provider>
    </FlashContext.Provider>
  );
}

function present<T>(context: T | null): T {
  if (!context) throw new Error("FlashProvider is missing");
  return context;
}

export function useFlash(): Flash {
  return present(useContext(FlashContext));
}

export function Flashes() {
  const { items, dismiss } = present(useContext(MessagesContext));
  return (
    <Flashbar
      items={items.map(({ id, type, header, content, action }) => ({
        id,
        type,
        header,
        content,
        action,
        dismissible: true,
        dismissLabel: t("common.dismiss"),
        onDismiss: () => dismiss(id),
        statusIconAriaLabel: t(`common.flash.${type as "success" | "info" | "warning" | "error"}`),
      }))}
      i18nStrings={{ ariaLabel: t("common.notifications") }}
    />
  );
}
