// The frame of every page: heading, description, buttons, breadcrumbs, document title.
import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { usePageFrame } from "../shell/chrome";

interface Props {
  title: string;
  /** Breadcrumbs after the service's own; the page itself is added last. Hrefs begin with `#/`. */
  crumbs?: readonly { text: string; href: string }[];
  description?: ReactNode;
  actions?: ReactNode;
  contentType?: AppLayoutProps.ContentType;
  /** Set when the page's content draws the heading itself (a full-page table, a wizard). */
  bare?: boolean;
  children: ReactNode;
}

export function Page({ title, crumbs = [], description, actions, contentType = "default", bare, children }: Props) {
  usePageFrame(title, [...crumbs, { text: title, href: window.location.hash || "#/" }], contentType);
  if (bare) return <>{children}</>;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="l">{children}</SpaceBetween>
    </ContentLayout>
  );
}
