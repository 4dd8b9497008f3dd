// What a page tells the frame around it: breadcrumbs, title, and how wide it wants to be.
import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import { type ReactNode, createContext, useContext, useEffect, useMemo, useState } from "react";

export interface PageFrame {
  title: string;
  crumbs: readonly BreadcrumbGroupProps.Item[];
  contentType: AppLayoutProps.ContentType;
}

const START: PageFrame = { title: "", crumbs: [], contentType: "default" };
const FrameContext = createContext<{ frame: PageFrame; setFrame: (frame: PageFrame) => void } | null>(null);

export function FrameProvider({ children }: { children: ReactNode }) {
  const [frame, setFrame] = useState(START);
  const value = useMemo(() => ({ frame, setFrame }), [frame]);
  return <FrameContext.Provider value={value}>{children}</FrameContext.Provider>;
}

export function useFrame(): PageFrame {
  return useContext(FrameContext)?.frame ?? START;
}

/** Tells the frame about the page that is shown; `Page` does it for you. */
export function usePageFrame(title: string, crumbs: PageFrame["crumbs"], contentType: PageFrame["contentType"]): void {
  const setFrame = useContext(FrameContext)?.setFrame;
  const key = JSON.stringify([title, crumbs, contentType]);
  useEffect(() => {
    document.title = title ? `${title} | shoseki` : "shoseki";
    setFrame?.({ title, crumbs, contentType });
    // `key` stands for the three values.
  }, [key, setFrame]);
}
