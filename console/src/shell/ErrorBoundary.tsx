// Catches what a page throws while it renders, so that the rest of the console stays usable.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";
import { t } from "../i18n";
import { LoadError } from "./modules";

interface Props {
  children: ReactNode;
  /** When it changes, the page is tried again. */
  resetKey: string;
}

export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const retry = () => (error instanceof LoadError ? window.location.reload() : this.setState({ error: null }));
    return (
      <Box padding="l">
        <Alert
          type="error"
          header={t("common.crash.header")}
          action={<Button onClick={retry}>{t("common.retry")}</Button>}
        >
          {error instanceof LoadError ? t("common.crash.load") : error.message}
        </Alert>
      </Box>
    );
  }
}
