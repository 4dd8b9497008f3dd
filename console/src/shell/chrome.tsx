// What a page passes to the frame around it: breadcrumbs, title, and width.
import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import { type ReactNode, createContext, useContext, useLayoutEffect, useState } from "react";

type Crumbs = readonly BreadcrumbGroupProps.Item[];
type ContentType = AppLayoutProps.ContentType;

interface PageFrame {
  crumbs: Crumbs;
  contentType: ContentType;
}

const START: PageFrame = { crumbs: [], contentType: "default" };
// Three of them: a new page mostly changes the breadcrumbs alone, and the layout need not be drawn
// again for those.
const CrumbsContext = createContext<Crumbs>(START.crumbs);
const ContentTypeContext = createContext<ContentType>(START.contentType);
const SetContext = createContext<((frame: PageFrame) => void) | undefined>(undefined);

export function FrameProvider({ children }: { children: ReactNode }) {
  const [{ crumbs, contentType }, setFrame] = useState(START);
  return (
    <SetContext.Provider value={setFrame}>
      <ContentTypeContext.Provider value={contentType}>
        <CrumbsContext.Provider value={crumbs}>{children}</CrumbsContext.Provider>
      </ContentTypeContext.Provider>
    </SetContext.Provider>
  );
}

export function useCrumbs(): Crumbs {
  return useContext(CrumbsContext);
}

export function useContentType(): ContentType {
  return useContext(ContentTypeContext);
}

/**
 * Passes the shown page to the frame; `Page` calls it. It runs before anything is painted, so that
 * the page does not jump.
 */
export function usePageFrame(title: string, crumbs: Crumbs, contentType: ContentType): void {
  const setFrame = useContext(SetContext);
  const key = JSON.stringify([title, crumbs, contentType]);
  useLayoutEffect(() => {
    document.title = title ? `${title} | shoseki` : "shoseki";
    setFrame?.({ crumbs, contentType });
    // `key` represents the three values.
  }, [key, setFrame]);
}
